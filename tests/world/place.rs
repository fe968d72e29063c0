//! A served world, a folder for journals, and the program between them. Knows nothing of what a test wants to see.

use std::{
    fs::File,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use cockpit::{
    adapters::clock::FastClock,
    domain::record::Reader,
    ports::Clock,
    simulator::{ActEntry, Scenario, World, serve},
};
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::oneshot;

/// The secret that the demo sends; it may stand nowhere.
pub(crate) const TOKEN: &str = "simulated-token-of-ana";

/// A world that answers at an address, and a folder for one cockpit's state.
pub(crate) struct Place {
    pub(crate) world: Arc<World>,
    pub(crate) clock: FastClock,
    pub(crate) base: String,
    pub(crate) state: TempDir,
    scenario: Scenario,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Place {
    /// A world of that scenario whose time runs `speed` times as fast, or slower where the machine is busy.
    pub(crate) fn of(scenario: Scenario, seed: u64, speed: f64) -> Self {
        let noon: Timestamp = "2026-11-19T12:00:00Z".parse().unwrap();
        Self::since(scenario, seed, speed, noon)
    }

    /// The same with so many more releases that wait at once.
    pub(crate) fn crowded(scenario: Scenario, seed: u64, speed: f64, more: usize) -> Self {
        let noon: Timestamp = "2026-11-19T12:00:00Z".parse().unwrap();
        Self::made(scenario, seed, speed, noon, more)
    }

    /// The same, beginning at that instant.
    pub(crate) fn since(scenario: Scenario, seed: u64, speed: f64, begin: Timestamp) -> Self {
        Self::made(scenario, seed, speed, begin, 0)
    }

    fn made(scenario: Scenario, seed: u64, speed: f64, begin: Timestamp, more: usize) -> Self {
        let speed = speed * ease();
        let clock = FastClock::start(begin, speed);
        let world = World::new(scenario, seed, Arc::new(clock)).with_waiting(more);
        let world = Arc::new(world.with_clock(clock.epoch(), clock.started(), speed));
        let (stop, stopped) = oneshot::channel::<()>();
        let (told, address) = std::sync::mpsc::channel();
        let serving = Arc::clone(&world);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let served = serve(serving).await.unwrap();
                told.send(served.base()).unwrap();
                let _ = stopped.await;
            });
        });
        Self {
            base: address.recv().unwrap(),
            world,
            clock,
            state: TempDir::new().unwrap(),
            scenario,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// The program on this world, with a simulated operator.
    pub(crate) fn piloted(&self) -> Command {
        let mut command = self.unpiloted();
        command.arg("--autopilot");
        command
    }

    /// The program on this world; nobody answers its questions.
    pub(crate) fn unpiloted(&self) -> Command {
        let mut command = program(&self.state);
        command
            .args(["demo", "--join", &self.base, "--headless", "--json"])
            .arg("--state")
            .arg(self.state.path());
        command
    }

    /// Flies to the end.
    pub(crate) fn fly(&self) -> Flown {
        Flown::of(&self.piloted().output().unwrap())
    }

    /// Starts flying; what is printed goes to a file in the folder.
    pub(crate) fn start(&self, mut command: Command) -> Aloft {
        let printed = File::create(self.state.path().join("printed")).unwrap();
        let told = File::create(self.state.path().join("told")).unwrap();
        let child = command.stdout(printed).stderr(told).spawn().unwrap();
        Aloft(child)
    }

    /// Where the release's files lie.
    pub(crate) fn folder(&self) -> PathBuf {
        let host = self.base.trim_start_matches("http://").replace(':', "+");
        let run = self.world.run_id().to_string();
        let parts = [&host, "acme", "storefront", &run];
        self.state.path().join(parts.iter().collect::<PathBuf>())
    }

    /// The journal so far; empty where there is none yet.
    pub(crate) fn journal(&self) -> Vec<u8> {
        std::fs::read(self.folder().join("journal.jsonl")).unwrap_or_default()
    }

    /// The journal's last lines without their ends and the judged minutes, for a failed test.
    fn newest(&self, most: usize) -> String {
        let journal = self.journal();
        let text = String::from_utf8_lossy(&journal);
        let dull = "\"kind\":\"judge.minute_judged\"";
        let lines: Vec<&str> = text.lines().filter(|line| !line.contains(dull)).collect();
        let short = |line: &&str| line.chars().take(400).collect::<String>() + "\n";
        lines[lines.len().saturating_sub(most)..]
            .iter()
            .map(short)
            .collect()
    }

    /// The acts of that sort that the world took from the API.
    pub(crate) fn acts(&self, sort: &str) -> Vec<ActEntry> {
        let mut acts = self.world.acts();
        acts.retain(|act| act.act == sort && act.via == "api");
        acts
    }

    /// Approvals of the release's own run.
    pub(crate) fn approvals(&self) -> usize {
        let run = self.world.run_id();
        self.acts("approve")
            .iter()
            .filter(|act| act.run == run)
            .count()
    }

    /// Dispatches of the workflow with that file name.
    pub(crate) fn dispatches(&self, workflow: &str) -> usize {
        let path = format!("/actions/workflows/{workflow}/dispatches");
        let requests = self.world.requests();
        let sent = requests.iter().filter(|one| one.path.ends_with(&path));
        let ids: Vec<&Value> = sent
            .filter(|one| one.method == "POST")
            .map(|one| &one.body["inputs"])
            .collect();
        let taken = self.acts("dispatch");
        taken
            .iter()
            .filter(|act| ids.contains(&&act.body["inputs"]))
            .count()
    }

    /// What must hold after any flight that ended as the scenario says, whatever happened on the way.
    #[track_caller]
    pub(crate) fn assert_sound(&self, flown: &Flown) {
        let name = self.scenario.name();
        let wanted = self.scenario.expected_outcome();
        let (told, end) = (&flown.told, self.newest(12));
        assert_eq!(flown.last["outcome"], wanted, "{name}: {told}{end}");
        assert_eq!(flown.last["expected"], wanted, "{name}");
        assert_eq!(flown.code, Some(0), "{name}: {}", flown.told);
        let (approvals, productions, rollbacks) = match self.scenario {
            Scenario::StagingFailed | Scenario::ApprovedElsewhere | Scenario::PrerequisiteFails => {
                (0, 0, 0)
            }
            Scenario::DispatchGate => (0, 1, 0),
            Scenario::Canary | Scenario::CanaryAdvance => (3, 0, 0),
            Scenario::StageFails => (2, 0, 1),
            Scenario::Regression
            | Scenario::TwoManagers
            | Scenario::SlowBurn
            | Scenario::RollbackRaces
            | Scenario::BlueGreen
            | Scenario::SmokeFails => (1, 0, 1),
            Scenario::RollbackFails => (1, 0, 2),
            Scenario::Healthy
            | Scenario::NoData
            | Scenario::FlakyNetwork
            | Scenario::FirstRelease
            | Scenario::Rolling
            | Scenario::Risky
            | Scenario::Freeze
            | Scenario::RestartBlip
            | Scenario::LowTraffic
            | Scenario::AlarmBefore
            | Scenario::Storm
            | Scenario::EvidenceChanged
            | Scenario::Months
            | Scenario::KillSwitch
            | Scenario::SlackApprove
            | Scenario::SlackStranger
            | Scenario::TimeoutEscalates
            | Scenario::MetricsBroken => (1, 0, 0),
        };
        let seen = (
            self.approvals(),
            self.dispatches("production.yml"),
            self.dispatches("rollback.yml"),
        );
        assert_eq!(
            seen,
            (approvals, productions, rollbacks),
            "{name}: approvals, production runs, rollbacks in {:#?}\n{}",
            self.world.acts(),
            self.newest(40)
        );
        assert_eq!(
            self.acts("dispatch").len(),
            productions + rollbacks,
            "{name}"
        );
        assert_eq!(self.world.violations(), [""; 0], "{name}");
        let journal = self.journal();
        let end = Reader::new(&journal).verify().unwrap();
        assert_eq!(end.torn, 0, "{name}");
        assert_eq!(flown.last["events"], end.head.seq().0, "{name}");
    }

    /// Waits in real time until `is_so`, at most three minutes: worlds are slow on a machine that is.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        for _ in 0..180_000 {
            if is_so(self) {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let told = std::fs::read_to_string(self.state.path().join("told")).unwrap_or_default();
        panic!(
            "{}: never {what}; it told: {told}\nwhispered: {}\n{}",
            self.scenario,
            self.world.slack()["whispers"],
            self.newest(40)
        );
    }

    /// The world's present.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// How much slower than usual the world must run, so that a program that gets little of the processor keeps up: 1 on an idle machine.
fn ease() -> f64 {
    const USUAL: f64 = 0.020;
    let home = TempDir::new().unwrap();
    let clock = FastClock::start(Timestamp::UNIX_EPOCH, 1.0);
    for _ in 0..2 {
        let output = program(&home).args(["config", "schema"]).output().unwrap();
        assert!(output.status.success());
    }
    let took = clock.now().duration_since(Timestamp::UNIX_EPOCH);
    (USUAL / took.as_secs_f64()).clamp(0.05, 1.0)
}

/// The program with an empty environment, so that nothing of this machine's own is found.
pub(crate) fn program(home: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cockpit"));
    command
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path())
        .stdin(Stdio::null());
    command
}

/// A flight that goes on. Dropping it kills it.
pub(crate) struct Aloft(pub(crate) Child);

impl Aloft {
    /// SIGKILL; says whether it still flew.
    pub(crate) fn kill(mut self) -> bool {
        let flew = self.0.try_wait().unwrap().is_none();
        self.0.kill().unwrap();
        self.0.wait().unwrap();
        flew
    }
}

impl Drop for Aloft {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A flight that ended by itself.
pub(crate) struct Flown {
    /// The exit code.
    pub(crate) code: Option<i32>,
    /// The lines of events, as printed.
    pub(crate) lines: Vec<u8>,
    /// The last line.
    pub(crate) last: Value,
    /// What was told on standard error.
    pub(crate) told: String,
}

impl Flown {
    #[track_caller]
    pub(crate) fn of(output: &Output) -> Self {
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let whole = output.stdout.strip_suffix(b"\n");
        let whole = whole.unwrap_or_else(|| panic!("no last line: {told}"));
        let cut = whole
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        Self {
            code: output.status.code(),
            lines: whole[..cut].to_vec(),
            last: serde_json::from_slice(&whole[cut..]).unwrap(),
            told,
        }
    }

    /// The events as JSON.
    pub(crate) fn events(&self) -> Vec<Value> {
        events(&self.lines)
    }
}

/// Journal lines as JSON.
pub(crate) fn events(lines: &[u8]) -> Vec<Value> {
    lines
        .split(|b| *b == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// The events of one kind.
pub(crate) fn of_kind<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events
        .iter()
        .filter(|event| event["kind"] == kind)
        .collect()
}
