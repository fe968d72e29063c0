//! Who sits here and who is told, at every size: this machine only, somebody else drives, a hold that nobody sees.

use cockpit::{
    app::Seat,
    domain::{
        Actor,
        claim::{CountdownAfar, Holder, Holding, MachineId},
        record::RecordEvent,
    },
};

use crate::{
    journal::{Journal, at, login},
    stage::Stage,
    world,
};

const SIZES: [(u16, u16); 4] = [(60, 18), (80, 24), (120, 34), (200, 60)];

fn alone(mut journal: Journal) -> Journal {
    let why = "GitHub: refs: forbidden".into();
    journal.github(0, RecordEvent::ThisMachineOnly { why });
    journal
}

#[test]
fn that_nobody_else_is_told_stands_on_every_screen() {
    let makes: [fn() -> Journal; 3] = [|| world::waiting(0), world::monitoring, world::counting];
    for make in makes {
        let journal = alone(make());
        for (width, height) in SIZES {
            let text = Stage::new(journal.release.clone()).text(width, height);
            assert!(
                text.contains("this machine only"),
                "{width}x{height}\n{text}"
            );
        }
    }
}

#[test]
fn who_drives_elsewhere_stands_on_every_screen() {
    for (width, height) in SIZES {
        let mut stage = Stage::new(world::waiting(0).release);
        stage.model.seat = Seat::Watching("ben".to_owned());
        let text = stage.text(width, height);
        assert!(text.contains("watching ben"), "{width}x{height}\n{text}");
    }
}

/// What became of a hold.
#[derive(Clone, Copy)]
enum Told {
    NotYet,
    Stands,
    Refused,
}

/// Ben's machine counts down to a rollback, and ana asked it to hold.
fn counted_elsewhere(told: Told) -> Journal {
    let mut journal = world::monitoring();
    let by = Holding {
        who: Some(Holder {
            login: login("ben"),
            host: "laptop-2".into(),
            machine: MachineId::parse("00000000000000b1").unwrap(),
        }),
        since: at(-60),
        countdown: Some(CountdownAfar {
            began: 77,
            trigger: "error_rate > 2% for 3m".into(),
            zero: at(42),
        }),
    };
    journal.github(0, RecordEvent::DrivenElsewhere { by });
    let ana = || Actor::Person(login("ana"));
    journal.add(0, ana(), RecordEvent::HoldAsked { began: 77 });
    let why = match told {
        Told::NotYet => return journal,
        Told::Stands => None,
        Told::Refused => Some("refs: forbidden".into()),
    };
    journal.github(0, RecordEvent::HoldTold { began: 77, why });
    journal
}

#[test]
fn a_hold_says_whether_the_driver_can_see_it() {
    let cases = [
        (Told::NotYet, "your hold is on its way"),
        (Told::Stands, "your hold stands, not read yet"),
        (Told::Refused, "hold on THIS MACHINE ONLY, call ben"),
    ];
    for (told, words) in cases {
        let journal = counted_elsewhere(told);
        for (width, height) in [(80, 24), (120, 34), (200, 60)] {
            let mut stage = Stage::new(journal.release.clone());
            stage.model.seat = Seat::Watching("ben".to_owned());
            let text = stage.text(width, height);
            assert!(text.contains("rolls back in 42 s"), "{text}");
            assert!(text.contains(words), "{width}x{height}: {words}\n{text}");
        }
    }
    let mut stage = Stage::new(counted_elsewhere(Told::Refused).release);
    stage.model.seat = Seat::Watching("ben".to_owned());
    insta::assert_snapshot!("hold-unseen-80x24", stage.text(80, 24));
}

#[test]
fn a_replay_shows_an_alert_without_its_own_keys_once_more() {
    let mut stage = Stage::new(world::alerting().release);
    let live = stage.text(120, 34);
    assert!(live.contains("w keep watching"), "{live}");
    stage.model.seat = Seat::Replay;
    let text = stage.text(120, 34);
    let mut below = text
        .lines()
        .skip_while(|line| !line.starts_with(" ✖ error rate 2.8%"));
    assert!(below.next().is_some() && below.next().is_some_and(|line| line.trim().is_empty()));
    assert!(
        below.next().is_some_and(|keys| keys.contains("quit")),
        "{text}"
    );
}
