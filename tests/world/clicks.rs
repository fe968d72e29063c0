//! Clicks in Slack under `cockpit attend`: a quorum over a kill, one line for every release, cards that lag behind.

use std::{fs, path::Path, time::Duration};

use cockpit::simulator::{Ask, Scenario};
use serde_json::json;

use crate::{
    attend::{attend, end, ended, folders, journal, may_be_signed, printed, rules},
    dice::Dice,
    place::{Place, of_kind},
};

/// Rules by which two people's clicks approve.
const CLICKS: &str = r#"
[slack]
approval = "C0APPROVAL"
deploys = "C0DEPLOYS"
escalation = "C0LEADS"
approve = "promote"
quorum = 2
[people]
ana = { github = "ana", slack = "U01ANA" }
carol = { github = "carol", slack = "U02CAROL" }
"#;

/// Somebody clicks Approve on the newest card.
fn click(place: &Place, user: &str) {
    let reply = place.world.answer(&Ask {
        method: "POST".to_owned(),
        path: "/_world/slack/click".to_owned(),
        body: json!({ "user": user }).to_string().into_bytes(),
        ..Ask::default()
    });
    assert_eq!(reply.status, 200, "there is a card");
}

/// Somebody clicks what they see until it counts: a card lags behind what is still being read, and a click on what stood there
/// before counts for nothing.
fn click_until_it_counts(place: &Place, user: &str, counts: impl Fn() -> bool) {
    let told = |place: &Place| {
        let slack = place.world.slack();
        let whispers = slack["whispers"].as_array().unwrap();
        whispers.iter().filter(|one| one["user"] == user).count()
    };
    while !counts() {
        let before = told(place);
        click(place, user);
        place.wait_until("the click is answered", |place| {
            counts() || told(place) > before
        });
    }
}

/// Who clicked so far, as the journal has it.
fn clickers(folder: &Path) -> Vec<String> {
    let all = journal(folder);
    let clicked = of_kind(&all, "chat.clicked");
    let by = clicked.iter().map(|event| event["actor"].as_str());
    by.map(|by| by.unwrap().to_owned()).collect()
}

/// How many cards can be clicked on.
fn cards(place: &Place) -> usize {
    let slack = place.world.slack();
    let all = slack["messages"].as_array().unwrap().iter();
    all.filter(|message| message["blocks"].to_string().contains("cockpit_approve"))
        .count()
}

/// Whether all that the run brought is read, so that nothing changes under what is clicked on.
fn all_is_read(folder: &Path) -> bool {
    let all = journal(folder);
    let listed = of_kind(&all, "evidence.artifacts_listed");
    let artifacts = listed.last().map(|event| {
        let listed = &event["payload"]["artifacts_listed"]["artifacts"];
        listed.as_array().unwrap().len()
    });
    artifacts.is_some_and(|artifacts| of_kind(&all, "evidence.read").len() >= artifacts)
}

/// One click, a kill, a click that nobody hears at first: the quorum approves once, and the card ends without buttons.
#[test]
fn clicks_reach_the_quorum_over_a_kill_and_are_one_approval_in_their_names() {
    let place = Place::of(Scenario::Healthy, 26, 150.0);
    let file = rules(&place, CLICKS);
    let run = place.world.run_id().to_string();
    let orders = [run.as_str(), "--config", file.to_str().unwrap()];
    let folder = place.folder();
    let first = place.start(attend(&place, &orders));
    place.wait_until("a card stands", |place| cards(place) == 1);
    click(&place, "U09STRANGER");
    place.wait_until("the stranger is told", |place| {
        let slack = place.world.slack();
        let told = slack["whispers"].as_array().unwrap().iter();
        let mut told = told.filter(|whisper| whisper["user"] == "U09STRANGER");
        told.any(|whisper| whisper["text"].as_str().unwrap().contains("is nobody"))
    });
    assert_eq!(clickers(&folder), [""; 0], "a stranger's click is none");
    place.wait_until("it can be approved", |_| {
        may_be_signed(&folder) && all_is_read(&folder)
    });
    click_until_it_counts(&place, "U02CAROL", || clickers(&folder) == ["@carol"]);
    assert!(first.kill(), "it attended on");
    assert_eq!(place.approvals(), 0, "one is no quorum");
    click(&place, "U01ANA");
    let again = place.start(attend(&place, &orders));
    place.wait_until("approved", |place| place.approvals() > 0);
    let code = ended(again);
    assert_eq!(code, Some(0), "{:?}", printed(&place).last());
    assert_eq!(clickers(&folder), ["@carol", "@ana"]);
    let approvals = place.acts("approve");
    assert_eq!(approvals.len(), 1, "{approvals:?}");
    let comment = approvals[0].body["comment"].as_str().unwrap();
    let wanted = "Approved by carol and ana in Slack, through the token of ana,";
    assert!(comment.starts_with(wanted), "{comment}");
    assert_eq!(cards(&place), 0, "nothing is asked any more");
    let slack = place.world.slack();
    let all = slack["messages"].as_array().unwrap().iter();
    let told = all.filter(|message| message["channel"] == "C0DEPLOYS");
    assert_eq!(told.count(), 1);
    assert_eq!(place.world.violations(), [""; 0]);
}

#[test]
fn one_line_to_slack_hears_the_clicks_of_every_release() {
    const MORE: usize = 2;
    let place = Place::crowded(Scenario::Healthy, 27, 150.0, MORE);
    let file = rules(&place, CLICKS);
    let begun = place.now();
    let aloft = place.start(attend(
        &place,
        &["--all", "--config", file.to_str().unwrap()],
    ));
    place.wait_until("each has its card", |place| cards(place) == MORE + 1);
    place.wait_until("all can be approved", |place| {
        let all = folders(place);
        let mut all = all.iter();
        all.all(|folder| may_be_signed(folder) && all_is_read(folder))
    });
    let heard = |place: &Place| -> usize {
        let all = folders(place);
        all.iter().map(|folder| clickers(folder).len()).sum()
    };
    click_until_it_counts(&place, "U02CAROL", || heard(&place) == 1);
    let renewals = place.now().duration_since(begun).as_secs() / 240;
    let requests = place.world.requests();
    let opened = requests
        .iter()
        .filter(|one| one.path.ends_with("/apps.connections.open"))
        .count();
    let most = usize::try_from(1 + renewals).unwrap();
    assert!((1..=most).contains(&opened), "{opened} lines opened");
    let (code, took) = end(aloft);
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(place.world.acts().is_empty(), "one is no quorum");
}

/// Six people whose clicks sign for one role.
const CLICKERS: &str = r#"
[approval.signoffs]
security = { quorum = 6, people = ["p1", "p2", "p3", "p4", "p5", "p6"] }
[people]
p1 = { github = "p1-acme", slack = "U0P1" }
p2 = { github = "p2-acme", slack = "U0P2" }
p3 = { github = "p3-acme", slack = "U0P3" }
p4 = { github = "p4-acme", slack = "U0P4" }
p5 = { github = "p5-acme", slack = "U0P5" }
p6 = { github = "p6-acme", slack = "U0P6" }
[slack]
approval = "C0APPROVAL"
"#;

/// SIGKILL within milliseconds of the acknowledgement, before or after the record: Slack sends none again, and each is on
/// record once.
fn clicked(people: usize, seed: u64) {
    let place = Place::of(Scenario::Healthy, seed, 150.0);
    let file = rules(&place, CLICKERS);
    let run = place.world.run_id().to_string();
    let orders = [run.as_str(), "--config", file.to_str().unwrap()];
    let folder = place.folder();
    let mut dice = Dice::of(seed);
    let acknowledged = |place: &Place| place.world.slack()["acknowledged"].as_u64().unwrap();
    for person in 1..=people {
        let aloft = place.start(attend(&place, &orders));
        place.wait_until("a card stands", |place| cards(place) == 1);
        place.wait_until("it can be signed", |_| {
            may_be_signed(&folder) && all_is_read(&folder)
        });
        place.wait_until("clicks are heard", |place| {
            place.world.slack()["sockets"].as_u64() > Some(0)
        });
        let before = acknowledged(&place);
        click(&place, &format!("U0P{person}"));
        place.wait_until("acknowledged", |place| acknowledged(place) > before);
        std::thread::sleep(Duration::from_millis(dice.roll(4)));
        assert!(aloft.kill(), "it attended on");
    }
    let aloft = place.start(attend(&place, &orders));
    // On record, or refused with the reason: the card may have changed under a click.
    place.wait_until("all are answered for", |place| {
        let on_record = clickers(&folder);
        let slack = place.world.slack();
        let whispers = slack["whispers"].as_array().unwrap();
        (1..=people).all(|person| {
            let user = format!("U0P{person}");
            on_record.contains(&format!("@p{person}-acme"))
                || whispers.iter().any(|one| one["user"] == user.as_str())
        })
    });
    place.wait_until("none is kept", |_| {
        let kept = fs::read_dir(folder.join("clicks")).unwrap();
        let names = kept.map(|one| one.unwrap().file_name().into_string().unwrap());
        // A draft of what a kill interrupted is none.
        names.filter(|name| !name.starts_with('.')).count() == 0
    });
    let (code, _) = end(aloft);
    assert_eq!(code, Some(3));
    let all = journal(&folder);
    let signed = of_kind(&all, "approval.signed_off");
    let mut told = clickers(&folder);
    assert_eq!(signed.len(), told.len());
    println!("{} of {people} on record", told.len());
    told.sort_unstable();
    let count = told.len();
    told.dedup();
    assert_eq!(told.len(), count, "none counts twice");
    assert!(count > 0, "none counted");
}

#[test]
fn no_acknowledged_click_is_lost_by_a_kill_and_none_counts_twice() {
    if std::env::var_os("COCKPIT_LONG").is_some() {
        (41..53).for_each(|seed| clicked(6, seed));
    } else {
        clicked(2, 41);
    }
}
