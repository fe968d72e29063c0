//! Letters between the cockpits of one machine: notes, the lock, the driver's seat.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};

use cockpit::{
    domain::{
        Command, Intent, Login, Refusal, RunId,
        observation::DeploymentState,
        record::{EarlierEnd, EarlierRelease, ServiceLock},
        release::Release,
        risk::Factor,
    },
    flight::{Aside, Flying, Following, Letter, Post, Reply, Turn, Wish, resume},
    ports::{Clock, Letters, ServiceLocks},
};
use jiff::Timestamp;

use crate::{
    air::{Air, seconds},
    aloft::policy,
    elsewhere::deployment,
};

/// An inbox in memory.
#[derive(Default)]
pub(crate) struct Postbox {
    letters: Mutex<BTreeMap<String, Vec<u8>>>,
    answers: Mutex<BTreeMap<String, Vec<u8>>>,
    /// What an earlier release says.
    pub(crate) lock: Mutex<Option<ServiceLock>>,
    pub(crate) earlier: Mutex<Option<EarlierRelease>>,
}

impl Postbox {
    fn put(&self, name: &str, letter: Vec<u8>) {
        self.letters.lock().unwrap().insert(name.to_owned(), letter);
    }

    fn take(&self, name: &str) -> Option<Reply> {
        let bytes = self.answers.lock().unwrap().remove(name)?;
        Some(serde_json::from_slice(&bytes).unwrap())
    }

    fn newest(&self) -> (String, Letter) {
        let letters = self.letters.lock().unwrap();
        let (name, bytes) = letters.iter().next_back().unwrap();
        (name.clone(), serde_json::from_slice(bytes).unwrap())
    }
}

impl Letters for Postbox {
    fn waiting(&self) -> io::Result<Vec<(String, Option<Vec<u8>>)>> {
        let letters = self.letters.lock().unwrap().clone().into_iter();
        Ok(letters.map(|(name, bytes)| (name, Some(bytes))).collect())
    }

    fn answer(&self, name: &str, answer: &[u8]) -> io::Result<()> {
        self.letters.lock().unwrap().remove(name);
        let answer = answer.to_vec();
        self.answers.lock().unwrap().insert(name.to_owned(), answer);
        Ok(())
    }
}

impl ServiceLocks for Postbox {
    fn lock(&self) -> io::Result<Option<ServiceLock>> {
        Ok(self.lock.lock().unwrap().clone())
    }

    fn earlier(&self) -> Option<EarlierRelease> {
        self.earlier.lock().unwrap().clone()
    }
}

/// The other side of it.
struct Leaving(Arc<Postbox>);

impl Post for Leaving {
    fn leave(&self, at: Timestamp, letter: &Letter) -> io::Result<String> {
        let name = at.to_string();
        self.0.put(&name, serde_json::to_vec(letter).unwrap());
        Ok(name)
    }

    fn answer(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.0.answers.lock().unwrap().remove(name))
    }
}

fn ben(wish: Wish) -> Letter {
    Letter {
        by: Login::parse("ben").unwrap(),
        wish,
    }
}

/// Leaves a letter with the driver and waits for its answer.
async fn ask(air: &mut Air, wish: Wish) -> Reply {
    let name = format!("letter {wish:?}");
    air.post.put(&name, serde_json::to_vec(&ben(wish)).unwrap());
    for _ in 0..60 {
        if let Some(answer) = air.post.take(&name) {
            return answer;
        }
        air.pass(seconds(1)).await;
    }
    panic!("no answer");
}

#[tokio::test(start_paused = true)]
async fn a_note_by_letter_stands_in_the_record_with_its_writer_and_what_makes_no_sense_is_refused()
{
    let mut air = Air::deployed().await;
    let answer = ask(&mut air, Wish::Note("p99 is restless".into())).await;
    assert_eq!(answer.refused, None);
    air.pass(seconds(2)).await;
    let note = air.release().record.notes.last().unwrap().clone();
    assert_eq!(note.by, Login::parse("ben").ok());

    let answer = ask(&mut air, Wish::Unlock("nothing was rolled back".into())).await;
    assert!(answer.refused.unwrap().as_str().contains("does not lock"));
    assert_eq!(air.written("record.unlocked"), 0);

    air.post.put("junk", b"{".to_vec());
    air.pass(seconds(20)).await;
    assert!(air.post.take("junk").unwrap().refused.is_some());
}

#[tokio::test(start_paused = true)]
async fn who_takes_the_seat_is_on_record_before_the_driver_lets_go() {
    let mut air = Air::deployed().await;
    let letter = serde_json::to_vec(&ben(Wish::TakeSeat)).unwrap();
    air.post.put("letter", letter);
    let lets_go = |turn: &Turn| matches!(turn, Turn::Relieved(by) if by.as_str() == "ben");
    air.until_turn("it lets go", lets_go).await;
    assert_eq!(air.written("record.seat_taken"), 1);
    assert_eq!(air.release().record.driver, Login::parse("ben").ok());
    air.pass(seconds(2)).await;
    assert_eq!(air.post.take("letter").unwrap().refused, None);
}

#[tokio::test(start_paused = true)]
async fn the_lock_of_an_earlier_release_comes_and_goes_as_its_journal_says() {
    let mut air = Air::waiting().await;
    let lock = ServiceLock {
        run: RunId(8_001),
        version: "v2.13.9".into(),
        since: air.clock.now(),
        reason: "errors".into(),
        machine: None,
    };
    *air.post.lock.lock().unwrap() = Some(lock);
    air.until("it is locked", |release| {
        release.record.service_lock.is_some()
    })
    .await;
    assert!(air.approve().is_err());
    *air.post.lock.lock().unwrap() = None;
    air.until("it is free", |release| {
        release.record.service_lock.is_none()
    })
    .await;
    air.approve().unwrap();
    air.pass(seconds(60)).await;
    assert_eq!(air.written("record.service_locked"), 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_release_before_came_to_is_a_part_of_the_risk() {
    let good = deployment(8_000, "d", DeploymentState::Success, "2026-11-18T12:00:00Z");
    let mut air = Air::begins(policy(), |world| world.state().past = vec![good]);
    air.until("the past is told", |release| {
        release.rollout.deployments.is_some()
    })
    .await;
    let outcome = |release: &Release| {
        let risk = release.risk();
        let mut parts = risk.contributions.into_iter();
        parts
            .find(|part| part.factor == Factor::LastOutcome)
            .map(|part| (part.points, part.why.to_string()))
    };
    assert_eq!(outcome(air.release()), None, "no journal tells");
    // After the newest deployment that GitHub tells of.
    let began = air.clock.now();
    let end = |end: EarlierEnd| EarlierRelease {
        run: RunId(8_001),
        version: "v2.13.9".into(),
        began,
        end,
    };
    for (one, points, words) in [
        (
            EarlierEnd::Issue("the old version serves".into()),
            8,
            "the last release had an issue: v2.13.9 (run 8001): the old version serves",
        ),
        (
            EarlierEnd::RolledBack("errors".into()),
            10,
            "the last release was rolled back: v2.13.9 (run 8001): errors",
        ),
        (
            EarlierEnd::Expired,
            3,
            "the last release was not approved in time: v2.13.9 (run 8001)",
        ),
    ] {
        *air.post.earlier.lock().unwrap() = Some(end(one));
        let wanted = Some((points, words.to_owned()));
        air.until(words, |release| outcome(release) == wanted).await;
    }
    let mut old = end(EarlierEnd::Expired);
    old.began = Timestamp::UNIX_EPOCH;
    *air.post.earlier.lock().unwrap() = Some(old);
    air.until("GitHub knows a newer one", |release| {
        outcome(release).is_none()
    })
    .await;
    *air.post.earlier.lock().unwrap() = Some(end(EarlierEnd::Well));
    air.pass(seconds(60)).await;
    assert_eq!(outcome(air.release()), None);
    assert_eq!(air.written("record.earlier_seen"), 5);
}

fn watching(air: &Air, post: &Arc<Postbox>, driven: bool) -> Following {
    let (release, head) = resume(air.disk.text().as_bytes()).unwrap().unwrap();
    let lines = Box::new(|| Ok(Vec::new()));
    let aside = Aside {
        blobs: Box::new(|_: &str| Err(io::ErrorKind::NotFound.into())),
        post: Box::new(Leaving(Arc::clone(post))),
        viewer: Login::parse("ben").ok(),
        driven,
    };
    let clock = Arc::clone(&air.clock) as Arc<dyn Clock>;
    Following::new(release, head, "@ana".to_owned(), lines, aside, clock)
}

fn command(intent: Intent) -> Command {
    Command {
        actor: Login::parse("ben").unwrap(),
        intent,
    }
}

#[tokio::test(start_paused = true)]
async fn from_a_watch_only_letters_leave_and_the_seat_comes_with_the_drivers_answer() {
    let air = Air::deployed().await;
    let post = Arc::new(Postbox::default());
    let mut watch = watching(&air, &post, true);
    assert!(matches!(
        watch.submit(command(Intent::KeepWatching)),
        Err(Refusal::ReadOnly(_))
    ));
    watch.submit(command(Intent::TakeSeat)).unwrap();
    let (name, letter) = post.newest();
    assert_eq!(letter, ben(Wish::TakeSeat));
    let refused = Reply {
        refused: Some("not now".into()),
    };
    Letters::answer(&*post, &name, &refused.bytes()).unwrap();
    let why = loop {
        match watch.turn().await {
            Turn::Refused(why) => break why,
            Turn::Seated => panic!("the driver said no"),
            _ => {}
        }
    };
    assert!(why.to_string().contains("not now"), "{why}");

    watch.submit(command(Intent::TakeSeat)).unwrap();
    let (name, _) = post.newest();
    let taken = Reply { refused: None };
    Letters::answer(&*post, &name, &taken.bytes()).unwrap();
    while !matches!(watch.turn().await, Turn::Seated) {}
}

#[tokio::test(start_paused = true)]
async fn a_seat_that_nobody_has_is_free() {
    let air = Air::deployed().await;
    let post = Arc::new(Postbox::default());
    let mut watch = watching(&air, &post, false);
    watch.submit(command(Intent::TakeSeat)).unwrap();
    while !matches!(watch.turn().await, Turn::Seated) {}
    assert!(post.waiting().unwrap().is_empty(), "no letter to nobody");
}
