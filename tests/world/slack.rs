//! The team's Slack beside a flight: clicks that count, clicks that do not, the escalation, and one card whatever happens.

use cockpit::simulator::Scenario;
use serde_json::Value;

use crate::place::{Flown, Place, of_kind};

const SPEED: f64 = 150.0;

fn flown(scenario: Scenario) -> (Place, Flown, Value) {
    let place = Place::of(scenario, 11, SPEED);
    let flown = place.fly();
    place.assert_sound(&flown);
    assert_eq!(flown.last["phase"]["ended"], "complete", "{}", flown.told);
    let slack = place.world.slack();
    (place, flown, slack)
}

fn of<'a>(slack: &'a Value, channel: &str) -> Vec<&'a Value> {
    let all = slack["messages"].as_array().unwrap().iter();
    all.filter(|message| message["channel"] == channel)
        .collect()
}

/// The card, and the words below it.
fn card(slack: &Value) -> (&Value, Vec<&str>) {
    let (cards, words): (Vec<&Value>, Vec<&Value>) = of(slack, "C0APPROVAL")
        .into_iter()
        .partition(|message| message["thread"].is_null());
    assert_eq!(cards.len(), 1, "one card: {cards:?}");
    assert!(words.iter().all(|word| word["thread"] == cards[0]["ts"]));
    let texts = words.iter().map(|word| word["text"].as_str().unwrap());
    (cards[0], texts.collect())
}

fn has_buttons(card: &Value) -> bool {
    card["blocks"].to_string().contains("cockpit_approve")
}

fn signers(flown: &Flown) -> Vec<String> {
    let events = flown.events();
    let signed = of_kind(&events, "approval.signed_off");
    signed
        .iter()
        .map(|event| event["actor"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn clicks_sign_a_double_click_counts_once_and_the_card_ends_without_buttons() {
    let (_, flown, slack) = flown(Scenario::SlackApprove);
    assert_eq!(signers(&flown), ["@carol", "@fay"]);
    let (card, words) = card(&slack);
    assert!(!has_buttons(card), "{card:#}");
    assert!(
        card["text"]
            .as_str()
            .unwrap()
            .contains("In production and stable"),
        "{card:#}"
    );
    assert!(card["updates"].as_u64().unwrap() > 2);
    for word in [
        "carol: signed for security",
        "fay: signed for change",
        "production deployed",
    ] {
        assert_eq!(
            words.iter().filter(|text| text.contains(word)).count(),
            1,
            "{word}: {words:#?}"
        );
    }
    let told = of(&slack, "C0DEPLOYS");
    assert_eq!(told.len(), 1);
    assert!(
        told[0]["blocks"].to_string().contains("/commit/"),
        "{told:?}"
    );
    assert!(of(&slack, "C0LEADS").is_empty());
    assert_eq!(slack["unacknowledged"], 0);
}

#[test]
fn a_stranger_and_the_authors_are_told_why_not_and_nothing_is_signed_by_them() {
    let (_, flown, slack) = flown(Scenario::SlackStranger);
    assert_eq!(signers(&flown), ["@carol", "@fay"]);
    let whispers = slack["whispers"].as_array().unwrap();
    let told = |user: &str, words: &str| {
        whispers.iter().any(|whisper| {
            whisper["user"] == user && whisper["text"].as_str().unwrap().contains(words)
        })
    };
    assert!(
        told("U09STRANGER", "nobody that cockpit.toml knows"),
        "{whispers:#?}"
    );
    for author in ["U03BEN", "U04DEE", "U05EMIL"] {
        assert!(told(author, "their own change"), "{author}: {whispers:#?}");
    }
    assert!(!whispers.iter().any(|whisper| whisper["user"] == "U06FAY"
        && !whisper["text"].as_str().unwrap().contains("changed since")));
}

#[test]
fn nobody_answers_and_it_is_escalated_once() {
    let (_, flown, slack) = flown(Scenario::TimeoutEscalates);
    let events = flown.events();
    assert_eq!(of_kind(&events, "approval.escalated").len(), 1);
    let leads = of(&slack, "C0LEADS");
    assert_eq!(leads.len(), 1, "{leads:#?}");
    assert!(
        leads[0]["text"]
            .as_str()
            .unwrap()
            .contains("nobody has answered")
    );
    let (_, words) = card(&slack);
    assert!(
        words.iter().any(|text| text.contains("escalated")),
        "{words:#?}"
    );
    assert_eq!(signers(&flown), ["@carol", "@fay"]);
}

/// Killed as soon as the card stands, and again later: it is the same card, and each word is there once.
#[test]
fn a_cockpit_that_is_killed_posts_nothing_twice() {
    let place = Place::of(Scenario::SlackApprove, 11, SPEED);
    for kills in 1..=3_usize {
        let flight = place.start(place.piloted());
        place.wait_until("told more", |place| {
            place.world.slack()["messages"].as_array().unwrap().len() >= kills
        });
        flight.kill();
    }
    let flown = place.fly();
    assert_eq!(
        flown.last["outcome"], "DEPLOYMENT_COMPLETE",
        "{}",
        flown.told
    );
    let slack = place.world.slack();
    let (_, mut words) = card(&slack);
    let all = words.len();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), all, "{words:#?}");
    assert_eq!(of(&slack, "C0DEPLOYS").len(), 1);
}
