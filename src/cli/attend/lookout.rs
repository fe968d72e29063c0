//! One release: driven until it is over, given away to who takes the seat, taken up again when the seat is free.

use std::{path::PathBuf, rc::Rc, sync::Arc};

use jiff::SignedDuration;
use tokio::sync::watch;

use super::{
    quorum::Quorum,
    records,
    service::Service,
    signals::{Called, called},
    teller::{Subject, Teller},
};
use crate::{
    domain::{Command, Intent, Login, Phase, ReleaseOutcome, RunId, later, release::Release},
    flight::{Flying, Report, Turn},
    ports::Clock,
};

/// Between two looks whether a seat that another has is free again.
const SEAT_AGAIN: SignedDuration = SignedDuration::from_secs(30);
/// Between two tries to open what could not be opened.
const OPEN_AGAIN: SignedDuration = SignedDuration::from_secs(60);
/// Longest wait for what is still to be told in the chat about a release that is over.
const LAST_WORDS: SignedDuration = SignedDuration::from_mins(3);

/// How a lookout ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended {
    /// The run.
    pub(super) run: RunId,
    /// Its attempt, as far as it was seen.
    pub(super) attempt: u32,
    /// How the release stands; `None`: it was never opened here.
    pub(super) outcome: Option<ReleaseOutcome>,
    /// Whether nothing is left to attend.
    pub(super) is_over: bool,
}

/// What a lookout needs.
pub(super) struct Lookout {
    pub(super) service: Rc<Service>,
    pub(super) run: RunId,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) teller: Teller,
    pub(super) output: Option<PathBuf>,
    /// Ends where only a person can go on, rather than waiting for one.
    pub(super) leaves_people_alone: bool,
    pub(super) calls: watch::Receiver<Option<Called>>,
}

/// How one stretch of driving ended.
enum Stretch {
    /// Nothing is left to attend.
    Over(&'static str),
    /// Another cockpit drives from now on.
    Relieved,
    /// It was told to end.
    Called,
}

impl Lookout {
    /// Attends until the release is over, or until it is told to end.
    pub(super) async fn attend(mut self) -> Ended {
        let subject = self.service.subject(self.run);
        let mut ended = Ended {
            run: self.run,
            attempt: 0,
            outcome: None,
            is_over: false,
        };
        let mut told: Option<String> = None;
        loop {
            let opened = tokio::select! {
                opened = self.service.open(self.run) => opened,
                _ = called(&mut self.calls) => return ended,
            };
            let again = match opened {
                Ok((mut flight, Some(crew))) => {
                    if told.take().is_some() {
                        let words = "nothing stands in the way any more: it is attended again";
                        self.teller.say(self.clock.now(), Some(&subject), words);
                    }
                    let mut work = Box::pin(crew.work());
                    let stretch = tokio::select! {
                        () = &mut work => Stretch::Relieved,
                        stretch = self.drive(&mut *flight, &subject) => stretch,
                    };
                    let release = flight.release();
                    ended.attempt = release.attempt();
                    ended.outcome = Some(release.outcome());
                    let why = self.let_go(&mut *flight, &subject, &stretch).await;
                    drop(flight);
                    if self.gives_seat_up(&stretch) {
                        // Without a flight nothing is left to do for the crew but that.
                        work.await;
                    }
                    match stretch {
                        Stretch::Over(_) => {
                            ended.is_over = true;
                            return ended;
                        }
                        Stretch::Called => return ended,
                        Stretch::Relieved => {
                            self.wait_for(&subject, &mut told, why);
                            SEAT_AGAIN
                        }
                    }
                }
                Ok((flight, None)) => {
                    let driver = flight.driven_by().unwrap_or_default();
                    ended.outcome = Some(flight.release().outcome());
                    self.wait_for(&subject, &mut told, format!("driven by {driver}"));
                    SEAT_AGAIN
                }
                Err(stop) => {
                    let words = stop.to_string();
                    let first = words.lines().next().unwrap_or_default();
                    self.wait_for(&subject, &mut told, first.to_owned());
                    OPEN_AGAIN
                }
            };
            let next = later(self.clock.now(), again);
            tokio::select! {
                () = self.clock.sleep_until(next) => {}
                _ = called(&mut self.calls) => return ended,
            }
        }
    }

    /// Whether who comes next on another machine need not wait until the claim of the seat has run out. What attends all and
    /// is told to end comes back, and a hundred seats are not given up within its time.
    fn gives_seat_up(&self, stretch: &Stretch) -> bool {
        match stretch {
            Stretch::Over(_) => true,
            Stretch::Called => self.leaves_people_alone,
            Stretch::Relieved => false,
        }
    }

    /// Says once why it waits.
    fn wait_for(&self, subject: &Subject, told: &mut Option<String>, why: String) {
        if told.as_ref() != Some(&why) {
            self.teller.say(self.clock.now(), Some(subject), &why);
            *told = Some(why);
        }
    }

    /// Takes in what comes until nothing is left to attend and to tell.
    async fn drive(&mut self, flight: &mut dyn Flying, subject: &Subject) -> Stretch {
        let mut quorum = Quorum::default();
        loop {
            if let Some(why) = is_over(flight.release(), self.leaves_people_alone) {
                self.last_words(flight).await;
                return Stretch::Over(why);
            }
            take_free_seat(flight, quorum.viewer());
            if let Some(words) = quorum.act(flight) {
                self.teller.say(self.clock.now(), Some(subject), &words);
            }
            tokio::select! {
                turn = flight.turn() => match turn {
                    Turn::Relieved(_) => return Stretch::Relieved,
                    Turn::Report(Report::Viewer(viewer)) => quorum.through(viewer),
                    turn => note(&turn),
                },
                _ = called(&mut self.calls) => return Stretch::Called,
            }
        }
    }

    /// Lets the chat be told how it ended, within a limit: the card must not go on asking.
    async fn last_words(&mut self, flight: &mut dyn Flying) {
        let until = later(self.clock.now(), LAST_WORDS);
        let is_late = self.clock.sleep_until(until);
        tokio::pin!(is_late);
        while self.service.speaks() && flight.release().owes_words() {
            tokio::select! {
                turn = flight.turn() => match turn {
                    Turn::Relieved(_) => return,
                    turn => note(&turn),
                },
                () = &mut is_late => return,
                _ = called(&mut self.calls) => return,
            }
        }
    }

    /// Lands, writes the documents of what is over, and says how the release stands.
    async fn let_go(
        &self,
        flight: &mut dyn Flying,
        subject: &Subject,
        stretch: &Stretch,
    ) -> String {
        let now = self.clock.now();
        if let Err(unsaved) = flight.land().await {
            self.teller.say(now, Some(subject), &unsaved.to_string());
        }
        let why = match stretch {
            Stretch::Relieved => {
                let driver = flight.release().record.driver.as_ref();
                return match driver {
                    Some(driver) => format!("{driver} drives from now on"),
                    None => "another cockpit drives from now on".to_owned(),
                };
            }
            Stretch::Called => "told to end; the journal keeps it".to_owned(),
            Stretch::Over(why) => {
                let place = self.service.place(self.run);
                match records::write(&place, self.output.as_deref(), self.run).await {
                    Ok(folder) => format!("{why}; documents in {}", folder.display()),
                    Err(stop) => format!("{why}; no documents: {stop}"),
                }
            }
        };
        self.teller.last(now, subject, flight.release(), &why);
        why
    }
}

/// Drives on where whoever drove on another machine has let go, in the name of whose token it is.
fn take_free_seat(flight: &mut dyn Flying, viewer: Option<&Login>) {
    let viewer = viewer.filter(|_| flight.release().record.seating.is_vacant());
    if let Some(actor) = viewer.cloned() {
        let intent = Intent::TakeSeat;
        if let Err(refusal) = flight.submit(Command { actor, intent }) {
            tracing::info!(%refusal, "the free seat was not taken");
        }
    }
}

/// What is only for the log.
fn note(turn: &Turn) {
    match turn {
        Turn::Refused(refusal) => tracing::info!(%refusal, "refused"),
        Turn::Trouble(why) => tracing::error!(why, "the journal cannot be written"),
        Turn::Changed | Turn::Report(_) | Turn::Relieved(_) | Turn::Seated => {}
    }
}

/// Why nothing is left to attend; `None` while something is.
fn is_over(release: &Release, leaves_people_alone: bool) -> Option<&'static str> {
    match release.phase() {
        Phase::Ended(_) => Some("at its end"),
        Phase::Stopped => Some("rolled back; a person writes down what happened"),
        Phase::Undecided if leaves_people_alone => Some("a person closes, extends or rolls back"),
        Phase::RollbackFailed if leaves_people_alone => {
            Some("the rollback failed; a person goes on")
        }
        _ => None,
    }
}
