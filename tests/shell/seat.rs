//! Someone at the screen: the real loop, flight and crew over the fake world, and the keys of a person.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use cockpit::{
    adapters::clock::PausedClock,
    config::{Depth, Keymap, Theme},
    domain::later,
    flight::Report,
    ports::Clock,
    shell::{Asked, BootStep, Console, Ends, Landed, Pace, Setup, fly_on},
    ui::Look,
};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, tz::TimeZone};
use tokio::sync::mpsc;

use crate::{
    aloft::aloft,
    disk::Disk,
    glass::{Glass, Panel},
    world::World,
};

/// Longest wait for anything, in the flight's time.
const PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// A person, and what is around.
pub(crate) struct Seat {
    pub(crate) world: Arc<World>,
    pub(crate) disk: Arc<Disk>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) panel: Arc<Panel>,
    /// What feeds tell, for a test that is one.
    pub(crate) reports: mpsc::Sender<Report>,
    /// The preparation, until [`Seat::launch`].
    pub(crate) steps: mpsc::Sender<BootStep>,
    pub(crate) asks: mpsc::Sender<Asked>,
    keys: mpsc::Sender<Vec<Event>>,
    ready: Option<BootStep>,
    /// How often the process was to be stopped.
    pub(crate) pauses: Arc<AtomicUsize>,
    handed_back: Arc<AtomicBool>,
}

struct Desk {
    asks: mpsc::Receiver<Asked>,
    handed_back: Arc<AtomicBool>,
    pauses: Arc<AtomicUsize>,
}

impl Console for Desk {
    async fn asked(&mut self) -> Asked {
        match self.asks.recv().await {
            Some(asked) => asked,
            None => std::future::pending().await,
        }
    }

    fn retake(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn pause(&mut self) -> io::Result<bool> {
        self.pauses.fetch_add(1, Ordering::SeqCst);
        Ok(false)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.handed_back.store(true, Ordering::SeqCst);
    }
}

fn setup() -> Setup {
    let theme = Theme::named("dark").unwrap();
    Setup {
        look: Look::new(&theme, Depth::True, true, Keymap::standard()),
        zone: TimeZone::UTC,
        bell: true,
        notify: false,
        pace: Pace::default(),
        mono: false,
    }
}

/// The key that types a character.
pub(crate) fn key(c: char) -> Event {
    let code = match c {
        '\n' => KeyCode::Enter,
        '\u{1b}' => KeyCode::Esc,
        c => KeyCode::Char(c),
    };
    Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

/// Runs the loop with `story` at the keys until one has left; the terminal is handed back by then.
pub(crate) async fn seated(story: impl AsyncFnOnce(&mut Seat)) -> (Landed, Seat) {
    let epoch = "2026-11-20T14:00:00Z".parse().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(PausedClock::start(epoch));
    let world = World::new(&clock);
    let disk = Arc::new(Disk::default());
    let made = aloft(&world, &disk, &clock);
    let panel = Arc::new(Panel::default());
    let (steps, told) = mpsc::channel(32);
    let (picks, _picked) = mpsc::channel(1);
    let (keys, typed) = mpsc::channel(64);
    let (asks, asked) = mpsc::channel(4);
    let handed_back = Arc::new(AtomicBool::new(false));
    let pauses = Arc::default();
    let mut seat = Seat {
        world,
        disk,
        clock,
        panel: Arc::clone(&panel),
        reports: made.crew.reports.clone(),
        steps,
        asks,
        keys,
        ready: Some(BootStep::Ready(Box::new(made.flight), Vec::new())),
        handed_back: Arc::clone(&handed_back),
        pauses: Arc::clone(&pauses),
    };
    let crew = tokio::spawn(made.crew.work());
    let ends = Ends {
        console: Desk {
            asks: asked,
            handed_back,
            pauses,
        },
        keys: typed,
    };
    let glass = Glass::new(&panel, 120, 34);
    let flying = fly_on(setup(), glass, ends, told, picks);
    let (landed, ()) = tokio::join!(flying, story(&mut seat));
    crew.abort();
    assert!(
        seat.handed_back.load(Ordering::SeqCst),
        "every way out hands the terminal back"
    );
    (landed.unwrap(), seat)
}

impl Seat {
    /// The preparation is done.
    pub(crate) async fn launch(&mut self) {
        let ready = self.ready.take().expect("launched twice");
        assert!(self.steps.send(ready).await.is_ok());
    }

    /// The same, and everything is there but a decision.
    pub(crate) async fn wait_for_decision(&mut self) {
        self.launch().await;
        self.shows("every gate passes").await;
        self.rest(2_000).await;
    }

    /// Waits until the screen shows a text, or fails with the screen as it is.
    pub(crate) async fn shows(&self, text: &str) {
        self.until(text, |screen| screen.contains(text)).await;
    }

    pub(crate) async fn until(&self, what: &str, is: impl Fn(&str) -> bool) {
        let limit = later(self.clock.now(), PATIENCE);
        while !is(&self.panel.text()) {
            assert!(
                self.clock.now() < limit,
                "never: {what}\n{}",
                self.panel.text()
            );
            tokio::select! {
                () = self.panel.changed() => {}
                () = self.clock.sleep_until(limit) => {}
            }
        }
    }

    /// Does nothing for so many milliseconds.
    pub(crate) async fn rest(&self, millis: i64) {
        let until = later(self.clock.now(), SignedDuration::from_millis(millis));
        self.clock.sleep_until(until).await;
    }

    /// Presses keys, one after the other.
    pub(crate) async fn press(&self, keys: &str) {
        for c in keys.chars() {
            self.send(vec![key(c)]).await;
        }
    }

    /// What one read of the terminal gives. One that is gone reads nothing.
    pub(crate) async fn send(&self, batch: Vec<Event>) {
        let _ = self.keys.send(batch).await;
    }

    /// The terminal is closed.
    pub(crate) fn hang_up(&mut self) {
        let (nobody, _) = mpsc::channel(1);
        self.keys = nobody;
    }
}
