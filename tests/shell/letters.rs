//! Letters between the cockpits of one machine: notes, the lock, the driver's seat.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};

use cockpit::{
    domain::{Command, Intent, Letter, LetterAnswer, Login, Refusal, Wish, record::ServiceLock},
    flight::{Flying, Following, Turn, resume},
    ports::{Clock, Mail, ServiceLocks},
};
use jiff::Timestamp;

use crate::air::{Air, seconds};

/// An inbox in memory.
#[derive(Default)]
pub(crate) struct Post {
    letters: Mutex<BTreeMap<String, Option<Letter>>>,
    answers: Mutex<BTreeMap<String, LetterAnswer>>,
    /// What an earlier release says.
    pub(crate) lock: Mutex<Option<ServiceLock>>,
}

impl Mail for Post {
    fn letters(&self) -> io::Result<Vec<(String, Option<Letter>)>> {
        Ok(self.letters.lock().unwrap().clone().into_iter().collect())
    }

    fn answer(&self, name: &str, answer: &LetterAnswer) -> io::Result<()> {
        self.letters.lock().unwrap().remove(name);
        self.answers
            .lock()
            .unwrap()
            .insert(name.to_owned(), answer.clone());
        Ok(())
    }

    fn leave(&self, at: Timestamp, letter: &Letter) -> io::Result<String> {
        let mut letters = self.letters.lock().unwrap();
        let name = format!("{at}-{}", letters.len());
        letters.insert(name.clone(), Some(letter.clone()));
        Ok(name)
    }

    fn take_answer(&self, name: &str) -> io::Result<Option<LetterAnswer>> {
        Ok(self.answers.lock().unwrap().remove(name))
    }
}

impl ServiceLocks for Post {
    fn lock(&self) -> io::Result<Option<ServiceLock>> {
        Ok(self.lock.lock().unwrap().clone())
    }
}

fn ben(wish: Wish) -> Letter {
    Letter {
        actor: Login::parse("ben").unwrap(),
        wish,
    }
}

/// Leaves a letter with the driver and waits for its answer.
async fn ask(air: &mut Air, wish: Wish) -> LetterAnswer {
    let now = air.clock.now();
    let name = air.post.leave(now, &ben(wish)).unwrap();
    for _ in 0..60 {
        if let Some(answer) = air.post.take_answer(&name).unwrap() {
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
    let text = "p99 is restless".into();
    let answer = ask(&mut air, Wish::Note { text }).await;
    assert_eq!(answer.refused, None);
    let note = air.release().record.notes.last().unwrap().clone();
    assert_eq!(note.by, Login::parse("ben").ok());

    let reason = "nothing was rolled back".into();
    let answer = ask(&mut air, Wish::Unlock { reason }).await;
    assert!(answer.refused.unwrap().as_str().contains("does not lock"));
    assert_eq!(air.written("record.unlocked"), 0);

    air.post
        .letters
        .lock()
        .unwrap()
        .insert("junk".to_owned(), None);
    air.pass(seconds(5)).await;
    let answer = air.post.take_answer("junk").unwrap().unwrap();
    assert!(answer.refused.is_some());
}

#[tokio::test(start_paused = true)]
async fn who_takes_the_seat_is_on_record_before_the_driver_lets_go() {
    let mut air = Air::deployed().await;
    let now = air.clock.now();
    let name = air.post.leave(now, &ben(Wish::TakeSeat)).unwrap();
    air.until_turn(
        "it lets go",
        |turn| matches!(turn, Turn::Relieved(by) if by.as_str() == "ben"),
    )
    .await;
    assert_eq!(air.written("record.seat_taken"), 1);
    assert_eq!(air.release().record.driver, Login::parse("ben").ok());
    air.pass(seconds(2)).await;
    assert_eq!(air.post.take_answer(&name).unwrap().unwrap().refused, None);
}

#[tokio::test(start_paused = true)]
async fn the_lock_of_an_earlier_release_comes_and_goes_as_its_journal_says() {
    let mut air = Air::waiting().await;
    let lock = ServiceLock {
        run: cockpit::domain::RunId(8_001),
        version: "v2.13.9".into(),
        since: air.clock.now(),
        reason: "errors".into(),
    };
    *air.post.lock.lock().unwrap() = Some(lock);
    air.until("it is locked", |release| {
        release.record.service_lock.is_some()
    })
    .await;
    assert!(matches!(
        air.approve(),
        Err(Refusal::Blocked(_) | Refusal::Changed(_))
    ));
    *air.post.lock.lock().unwrap() = None;
    air.until("it is free", |release| {
        release.record.service_lock.is_none()
    })
    .await;
    air.approve().unwrap();
    air.pass(seconds(60)).await;
    assert_eq!(air.written("record.service_locked"), 1);
}

fn watching(air: &Air, mail: Option<Arc<dyn Mail>>) -> Following {
    let (release, head) = resume(air.disk.text().as_bytes()).unwrap().unwrap();
    let lines = Box::new(|| Ok(Vec::new()));
    let blobs = Box::new(|_: &str| Err(io::ErrorKind::NotFound.into()));
    let clock = Arc::clone(&air.clock) as Arc<dyn Clock>;
    Following::new(release, head, "@ana".to_owned(), lines, blobs, clock)
        .for_viewer(Login::parse("ben").ok(), mail)
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
    let post = Arc::new(Post::default());
    let mut watch = watching(&air, Some(post.clone()));
    assert!(matches!(
        watch.submit(command(Intent::KeepWatching)),
        Err(Refusal::ReadOnly(_))
    ));
    watch.submit(command(Intent::TakeSeat)).unwrap();
    assert!(
        watch.submit(command(Intent::TakeSeat)).is_err(),
        "one letter at a time"
    );
    let (name, letter) = post.letters().unwrap().remove(0);
    assert_eq!(letter, Some(ben(Wish::TakeSeat)));
    post.answer(&name, &LetterAnswer { refused: None }).unwrap();
    while !matches!(watch.turn().await, Turn::Seated) {}

    let mut refused = watching(&air, Some(post.clone()));
    refused.submit(command(Intent::TakeSeat)).unwrap();
    let why = loop {
        if let Turn::Refused(why) = refused.turn().await {
            break why;
        }
    };
    assert!(why.to_string().contains("does not answer"), "{why}");

    let mut free = watching(&air, None);
    free.submit(command(Intent::TakeSeat)).unwrap();
    assert!(matches!(free.turn().await, Turn::Seated), "nobody drives");
}
