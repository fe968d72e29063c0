//! A replay: it ends where the release ended, goes back and forth, and nothing leaves.

use std::sync::Arc;

use cockpit::{
    domain::{Command, Intent, Login, Wind},
    flight::{Flying, Replaying, Turn, read},
    ports::Clock,
};

use crate::air::Air;

async fn recorded() -> (Replaying, Air) {
    let air = Air::deployed().await;
    let recorded = read(air.disk.text().as_bytes()).unwrap().unwrap();
    let nothing = Box::new(|_: &str| Err(std::io::ErrorKind::NotFound.into()));
    let clock = Arc::clone(&air.clock) as Arc<dyn Clock>;
    (Replaying::new(recorded, 50.0, nothing, clock), air)
}

#[tokio::test(start_paused = true)]
async fn it_plays_to_the_end_by_itself_in_the_releases_own_time() {
    let (mut replay, air) = recorded().await;
    let whole = read(air.disk.text().as_bytes()).unwrap().unwrap();
    let mut times = vec![replay.now()];
    while replay.reel().unwrap().plays {
        let turn = replay.turn().await;
        assert!(matches!(turn, Turn::Changed | Turn::Report(_)));
        times.push(replay.now());
    }
    assert!(times.is_sorted(), "time never runs backwards: {times:?}");
    assert_eq!(replay.release(), whole.release());
    let reel = replay.reel().unwrap();
    assert_eq!(reel.at, reel.of);
    assert_eq!(replay.now(), replay.release().newest());
}

#[tokio::test(start_paused = true)]
async fn it_steps_back_to_what_it_was_and_jumps_between_the_words_of_people() {
    let (mut replay, _air) = recorded().await;
    replay.wind(Wind::PlayPause);
    let opened = replay.release().clone();
    replay.wind(Wind::Next);
    replay.wind(Wind::Next);
    assert_eq!(replay.reel().unwrap().at, 3);
    replay.wind(Wind::Previous);
    replay.wind(Wind::Previous);
    assert_eq!((replay.reel().unwrap().at, replay.release()), (1, &opened));
    replay.wind(Wind::Previous);
    assert_eq!(replay.reel().unwrap().at, 1);

    replay.wind(Wind::NextDecision);
    let decided = replay.reel().unwrap().at;
    let newest = replay.release().log.back().unwrap().clone();
    let ana = Login::parse("ana").ok();
    assert_eq!(newest.stamp.actor.person(), ana.as_ref());
    replay.wind(Wind::NextDecision);
    let end = replay.reel().unwrap();
    assert_eq!(end.at, end.of, "no further word: the end");
    replay.wind(Wind::PreviousDecision);
    assert_eq!(replay.reel().unwrap().at, decided);
    assert!(!replay.reel().unwrap().plays);
}

#[tokio::test(start_paused = true)]
async fn nothing_leaves() {
    let (mut replay, air) = recorded().await;
    let sent = air.world.state().sent.len();
    let command = Command {
        actor: Login::parse("ana").unwrap(),
        intent: Intent::Note { text: "hm".into() },
    };
    assert!(replay.submit(command).is_err());
    while replay.reel().unwrap().plays {
        replay.turn().await;
    }
    assert_eq!(air.world.state().sent.len(), sent);
}
