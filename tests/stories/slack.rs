//! What is sent to Slack, over every story and over a hostile and huge release: valid against Slack's own description and its
//! documented limits, and without anything that would ping or link.

use std::{fs, path::Path};

use cockpit::{
    domain::{
        Event, Text,
        chat::{Asked, CardSeen, ChatEvent, ChatFate, ChatPlace, Topic},
        diff::Diff,
        evidence::Candidate,
        observation::{Observation, Relation},
        record::RecordEvent,
        release::Release,
    },
    report::slack::{ButtonSort, card, card_message, message, refused, reject_window},
};
use serde_json::{Value, json};

use crate::{
    drive::Drive,
    stories,
    story::{Begin, Story},
    world::commit,
};

/// Slack's description of blocks, and the limits that it documents in words only.
struct Judge(jsonschema::Validator);

impl Judge {
    fn new() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/contracts/slack-blockkit.schema.json");
        let schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        Self(jsonschema::validator_for(&schema).unwrap())
    }

    fn wrong(&self, message: &Value) -> Vec<String> {
        let blocks = &message["blocks"];
        let payload = json!({ "blocks": blocks });
        let wrong = self
            .0
            .iter_errors(&payload)
            .map(|error| format!("{} at {}", error, error.instance_path()));
        let mut wrong: Vec<String> = wrong.collect();
        let all = blocks.as_array().unwrap();
        if all.is_empty() || all.len() > 50 {
            wrong.push(format!("{} blocks", all.len()));
        }
        if message["text"]
            .as_str()
            .is_some_and(|text| text.is_empty() || long(text) > 40_000)
        {
            wrong.push("no text, or too much".to_owned());
        }
        let mut ids = std::collections::BTreeSet::new();
        for block in all {
            if let Some(id) = block["block_id"].as_str()
                && !ids.insert(id)
            {
                wrong.push(format!("block_id {id} twice"));
            }
            limits(block, &mut wrong);
        }
        wrong
    }
}

fn long(text: &str) -> usize {
    text.encode_utf16().count()
}

/// docs.slack.dev, "Block Kit": limits by the kind of block.
fn limits(block: &Value, wrong: &mut Vec<String>) {
    let mut most = |value: &Value, most: usize, what: &str| {
        if let Some(text) = value["text"].as_str() {
            let is = long(text);
            if is == 0 || is > most {
                wrong.push(format!("{what} of {is}"));
            }
        }
    };
    most(
        &block["text"],
        if block["type"] == "header" {
            150
        } else {
            3_000
        },
        "a text",
    );
    for field in block["fields"].as_array().into_iter().flatten() {
        most(field, 2_000, "a field");
    }
    for element in block["elements"].as_array().into_iter().flatten() {
        most(element, 3_000, "an element");
        most(&element["text"], 75, "a button");
    }
    let count = |name: &str| block[name].as_array().map_or(0, Vec::len);
    let (fields, elements) = (count("fields"), count("elements"));
    if fields > 10 || block["type"] == "actions" && elements > 25 {
        wrong.push("too many parts".to_owned());
    }
    if block["type"] == "section" && block["text"].is_null() && fields == 0 {
        wrong.push("an empty section".to_owned());
    }
    for element in block["elements"].as_array().into_iter().flatten() {
        if element["value"]
            .as_str()
            .is_some_and(|value| long(value) > 2_000)
        {
            wrong.push("a value too long".to_owned());
        }
    }
}

/// Every text in which Slack looks for its own marks.
fn obeyed(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if map.get("type").and_then(Value::as_str) == Some("mrkdwn") {
                assert_eq!(
                    map.get("verbatim"),
                    Some(&json!(true)),
                    "nothing is looked for"
                );
                found.extend(map["text"].as_str().map(str::to_owned));
            }
            map.values().for_each(|value| obeyed(value, found));
        }
        Value::Array(all) => all.iter().for_each(|value| obeyed(value, found)),
        _ => {}
    }
}

/// Only our own dates and links stand between `<` and `>`, and no escape is cut in two.
fn is_tame(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let Some(end) = rest[at..].find('>') else {
            return false;
        };
        let inside = &rest[at + 1..at + end];
        if !inside.starts_with("!date^") && !inside.starts_with("http") || inside.contains('<') {
            return false;
        }
        rest = &rest[at + end + 1..];
    }
    let whole = ["&amp;", "&lt;", "&gt;"];
    !rest.contains('>')
        && text
            .match_indices('&')
            .all(|(at, _)| whole.iter().any(|one| text[at..].starts_with(one)))
}

fn messages(release: &Release) -> Vec<Value> {
    let as_json = |message: cockpit::domain::chat::ChatMessage| json!({ "text": message.text, "blocks": message.blocks });
    let mut all: Vec<Value> = card_message(release).into_iter().map(as_json).collect();
    let newest = release.seq();
    all.extend(message(release, newest, &Topic::Card).map(as_json));
    let escalation = Topic::Escalation { of: newest };
    all.extend(message(release, newest, &escalation).map(as_json));
    for stamped in &release.log {
        let of = stamped.stamp.seq;
        all.extend(message(release, of, &Topic::Thread { of }).map(as_json));
        let outcome = Topic::Outcome { of };
        let ends = matches!(
            stamped.event,
            Event::Record(RecordEvent::OutcomeReached { .. })
        );
        all.extend(message(release, of, &outcome).filter(|_| ends).map(as_json));
    }
    all
}

fn check(judge: &Judge, release: &Release, place: &str) {
    for message in messages(release) {
        let wrong = judge.wrong(&message);
        assert!(wrong.is_empty(), "{place}: {wrong:?}\n{message:#}");
        let mut texts = vec![message["text"].as_str().unwrap().to_owned()];
        obeyed(&message, &mut texts);
        for text in texts {
            assert!(is_tame(&text), "{place}: {text}");
        }
    }
}

#[test]
fn the_judge_knows_slacks_own_cases() {
    let judge = Judge::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contracts/slack-cases");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let case: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let wrong = judge.wrong(&case);
        assert_eq!(
            name.starts_with("bad"),
            !wrong.is_empty(),
            "{name}: {wrong:?}"
        );
        seen += 1;
    }
    assert!(seen > 10);
}

#[test]
fn whatever_a_story_tells_slack_takes_it() {
    let judge = Judge::new();
    for (name, mut story) in stories() {
        let slack = toml::toml! {
            approval = "C0APPROVAL"
            deploys = "C0DEPLOYS"
            escalation = "C0LEADS"
            approve = "sign-off"
            quorum = 1
            people = {}
        };
        story.given.entry("slack").or_insert(slack.into());
        let (_, mut drive) = story.play();
        place(&mut drive);
        check(&judge, &drive.release, &name);
    }
}

/// The card's message was sent.
fn place(drive: &mut Drive) {
    let requested = drive.release.chat.requested().next().map(|(act, ..)| act);
    let Some(act) = requested else { return };
    let fate = ChatFate::Sent(ChatPlace {
        channel: "C0APPROVAL".into(),
        ts: "1.1".into(),
    });
    let now = drive.now;
    drive.see(&Observation::Messaged { act, fate }, now);
}

#[test]
fn a_hostile_and_huge_release_pings_nobody_and_fits() {
    let nasty = format!(
        "<!channel> <@U1> <!here|x> &amp; & <https://evil|click> *bold* `code` ~no~ :tada: \u{202e}\u{1f4a5} {}",
        "👩‍👩‍👧‍👦&<>".repeat(1_000)
    );
    let given: toml::Table = toml::from_str(&format!(
        "service = '''{nasty}'''\n\
         [slack]\napproval = 'C0APPROVAL'\ndeploys = 'C0D'\nescalation = 'C0E'\napprove = 'promote'\nquorum = 1\npeople = {{}}\n\
         [approval]\nsignoffs = {{ {} }}\n",
        (0..80).map(|n| format!("'role <!channel> {n}' = {{ quorum = 1, people = [] }}")).collect::<Vec<_>>().join(", ")
    ))
    .unwrap();
    let story = Story {
        tells: String::new(),
        begin: Begin::Waiting,
        given,
        steps: Vec::new(),
    };
    let mut drive = story.begun();
    let files = |n: usize| format!("{nasty}/{n}");
    let mut diff = Diff {
        relation: Relation::Ahead,
        ahead_by: 900,
        files: 300,
        truncated: true,
        files_truncated: true,
        people: (0..30).map(|n| Text::line(&files(n))).collect(),
        titles: (0..50).map(|n| Text::line(&files(n))).collect(),
        ..Diff::between(commit("d"), commit("3"))
    };
    diff.areas = (0..24)
        .map(|n| cockpit::domain::diff::Area {
            name: Text::line(&files(n)),
            files: 12,
            added: u64::MAX,
            removed: 0,
        })
        .collect();
    let candidate = Candidate {
        sha: commit("3"),
        version: Some(Text::line(&nasty)),
        unnamed: None,
        read_from: None,
        authors: Vec::new(),
        pulls: vec![(u64::MAX, Text::line(&nasty.repeat(4)))],
    };
    let now = drive.now;
    drive.see(&Observation::Compared(Box::new(diff)), now);
    drive.see(&Observation::Candidate(candidate), now);
    place(&mut drive);
    let judge = Judge::new();
    check(&judge, &drive.release, "hostile");
    let shown = drive.release.shown().unwrap();
    let value = CardSeen::of(&drive.release.key, &shown).encode();
    assert!(long(&value) <= 2_000, "{}", long(&value));
    let asked = Asked {
        channel: "C0APPROVAL".into(),
        value,
    };
    let window = reject_window(&drive.release, &asked);
    assert!(long(window["private_metadata"].as_str().unwrap()) <= 3_000);
    assert!(long(window["title"]["text"].as_str().unwrap()) <= 24);
    let refusal = cockpit::domain::Refusal::Stranger {
        user: Text::line(&nasty),
    };
    assert!(is_tame(&refused(&refusal)));
}

#[test]
fn a_card_of_what_is_there_in_part_says_so() {
    let all = stories();
    let (_, whole) = all
        .iter()
        .find(|(name, _)| name == "canary_cancelled")
        .unwrap();
    let mut story = whole.clone();
    // Behind the prompt the run is cancelled.
    let prompt = story.steps.iter().position(|step| step.prompt).unwrap();
    story.steps.truncate(prompt + 2);
    let card = card(&story.play().1.release);
    let words = card.state.bare(|at| at.to_string());
    assert_eq!(words, "Not all of it is in production: a person decides");
    let mut buttons = card.buttons.iter();
    assert!(buttons.all(|one| matches!(one.sort, ButtonSort::Open(_))));
}

#[test]
fn the_card_has_its_buttons_only_while_it_asks() {
    let all = stories();
    let (_, story) = all.iter().find(|(name, _)| name == "slack_card").unwrap();
    let drive = story.begun();
    let says = |drive: &Drive| {
        let card = card(&drive.release);
        let asks = card
            .buttons
            .iter()
            .any(|button| matches!(button.sort, ButtonSort::Approve(_) | ButtonSort::Reject(_)));
        (asks, card.state.bare(|at| at.strftime("%H:%M").to_string()))
    };
    let (asks, words) = says(&drive);
    assert!(
        asks && words.starts_with("Waits for a decision since 14:00"),
        "{words}"
    );
    let (_, drive) = story.play();
    let (asks, words) = says(&drive);
    assert_eq!(
        (asks, words.as_str()),
        (false, "Rejected by ana: not today")
    );
    let is_card = |event: &Event| {
        matches!(
            event,
            Event::Chat(ChatEvent::MessageRequested { topic: Topic::Card })
        )
    };
    assert_eq!(
        drive
            .journal
            .iter()
            .filter(|one| is_card(&one.event))
            .count(),
        1
    );
}

#[test]
fn nobody_signs_while_it_is_not_known_who_wrote_all_of_it() {
    let given = "[approval.signoffs]\nsecurity = { quorum = 1, people = ['cleo'] }\n";
    let story = Story {
        tells: String::new(),
        begin: Begin::Waiting,
        given: toml::from_str(given).unwrap(),
        steps: Vec::new(),
    };
    let mut drive = story.begun();
    let cleo = cockpit::domain::Login::parse("cleo").unwrap();
    let known = Diff {
        relation: Relation::Ahead,
        ahead_by: 2,
        authors: 2,
        people: vec!["ben".into(), "dee".into()],
        ..Diff::between(commit("d"), commit("3"))
    };
    let cut = Diff {
        authors: 3,
        ..known.clone()
    };
    let from_clone = Diff {
        unlinked: 1,
        ..known.clone()
    };
    let own = Diff {
        people: vec!["ben".into(), "Cleo".into()],
        ..known.clone()
    };
    for (diff, words) in [
        (known, None),
        (cut, Some("more than are kept")),
        (from_clone, Some("knows no accounts")),
        (own, Some("their own change")),
    ] {
        let now = drive.now;
        drive.see(&Observation::Compared(Box::new(diff)), now);
        let said = drive.release.may_sign(&cleo, "security");
        match words {
            None => assert_eq!(said, Ok(())),
            Some(words) => assert!(said.unwrap_err().as_str().contains(words), "{words}"),
        }
    }
}
