//! A story as it is written, and its playing: rules, a beginning, timed sights and commands.

use cockpit::domain::{
    Command, Intent, Login, Refusal, Text,
    approval::{ConfirmedApproval, Shown},
    chat::{Button, CardSeen, Click},
    flags::{ConfirmedKill, KillShown},
    policy::Policy,
    record::{Problem, RecordEvent},
    release::Release,
    rollback::{Plan, RollbackShown},
};
use serde::Deserialize;

use crate::{
    drive::Drive,
    expect::{Actual, Expect},
    world::{See, time},
};

/// The rules under every story.
const RULES: &str = include_str!("policy.toml");

/// A story.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Story {
    /// What it tells.
    #[serde(rename = "story")]
    pub(crate) tells: String,
    /// How far the release is when it begins.
    #[serde(default)]
    pub(crate) begin: Begin,
    /// Laid over the rules.
    #[serde(default)]
    pub(crate) given: toml::Table,
    /// What happens.
    #[serde(rename = "step")]
    pub(crate) steps: Vec<Step>,
}

/// How far the release is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Begin {
    /// Nothing was seen.
    Nothing,
    /// Everything was seen but a held run.
    Seen,
    /// Everything is there but a decision, at 14:00.
    #[default]
    Waiting,
    /// Approved by ana; production deploys since 14:02.
    Deploying,
    /// Production deployed at 14:05 and answers with the candidate.
    Deployed,
}

/// Something that happens, and what is expected of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// When.
    pub(crate) at: String,
    /// What a feed sees.
    pub(crate) see: Option<See>,
    /// What a person does.
    #[serde(rename = "do")]
    pub(crate) act: Option<Do>,
    /// Who does it; ana where nobody is named.
    by: Option<String>,
    /// A click in Slack.
    click: Option<ClickMade>,
    /// Opens a prompt: the next approval, rollback or click is of what it shows.
    #[serde(default)]
    pub(crate) prompt: bool,
    /// A cockpit takes the release up again.
    #[serde(default)]
    pub(crate) resume: bool,
    /// The clock and cockpit disagree by so many seconds.
    pub(crate) jump: Option<i64>,
    /// What is expected.
    #[serde(flatten)]
    pub(crate) expect: Expect,
}

/// A click in Slack, in short.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClickMade {
    /// The Slack user.
    user: String,
    /// Its name; the time where none is said.
    id: Option<String>,
    /// The channel; the approval channel where none is said.
    channel: Option<String>,
    /// Why not, where it is a rejection.
    reject: Option<String>,
    /// What the button carries, where that is not what the card carries.
    value: Option<String>,
}

/// What a person does.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Do {
    /// With this reason; may be empty.
    Approve(String),
    /// With this reason.
    Reject(String),
    /// By this plan.
    RollBack(Plan),
    /// A flag, by its name.
    KillFlag(String),
    /// A note.
    Note(String),
    /// A problem.
    Report(Problem),
    /// Hold the countdown.
    Hold,
    /// Wait no longer for the deploy's end.
    WaitNoLonger,
    /// Watch on.
    KeepWatching,
    /// By minutes.
    Extend(i64),
    /// With this reason.
    Close(String),
    /// What happened.
    Explain(String),
    /// For a role.
    SignOff(String),
    /// For a role, taken back.
    Withdraw(String),
    /// Why the service may go on.
    Unlock(String),
    /// Why, and the incident's address.
    Emergency(String, String),
    /// Why it is taken back.
    WithdrawEmergency(String),
    /// What was found in an emergency afterwards.
    Review(String),
    /// Not before this time, or `now`; and why.
    Schedule(String, String),
    /// To whom, with what to know.
    HandOver(String, String),
    /// Drive from now on.
    TakeSeat,
    /// Stop the run.
    Cancel,
    /// Run failed jobs again.
    Rerun,
    /// Let the rules' programs run.
    Trust,
    /// Sends what a quorum of clicks approved.
    Promote,
    /// An item of the checklist.
    Tick(String),
    /// An item, taken back.
    Untick(String),
}

fn merge(under: &mut toml::Table, over: &toml::Table) {
    for (key, value) in over {
        match (under.get_mut(key), value) {
            (Some(toml::Value::Table(under)), toml::Value::Table(over))
                if !over.contains_key("kind") =>
            {
                merge(under, over);
            }
            _ => {
                under.insert(key.clone(), value.clone());
            }
        }
    }
}

/// The rules with these laid over them.
pub(crate) fn policy(over: &toml::Table) -> Policy {
    let mut rules: toml::Table = toml::from_str(RULES).unwrap();
    merge(&mut rules, over);
    Policy::deserialize(rules).unwrap_or_else(|error| panic!("the rules: {error}"))
}

/// Steps that bring a release to where a story begins.
fn prelude(begin: Begin) -> Vec<Step> {
    let all = include_str!("prelude.toml");
    let told: Story = toml::from_str(all).unwrap();
    let count = match begin {
        Begin::Nothing => 0,
        Begin::Seen => 7,
        Begin::Waiting => 8,
        Begin::Deploying => 12,
        Begin::Deployed => told.steps.len(),
    };
    told.steps.into_iter().take(count).collect()
}

/// A story's prompts.
#[derive(Default)]
struct Prompts {
    approval: Option<Shown>,
    card: Option<Shown>,
    rollback: Option<RollbackShown>,
    flag: Option<KillShown>,
}

impl Story {
    /// A release brought to where the story begins.
    pub(crate) fn begun(&self) -> Drive {
        let mut drive = Drive::open(policy(&self.given), time("13:45"));
        let mut prompts = Prompts::default();
        for step in prelude(self.begin) {
            step.play(&mut drive, &mut prompts).unwrap();
        }
        drive
    }

    /// Plays the whole.
    pub(crate) fn play(&self) -> (Vec<Actual>, Drive) {
        let mut drive = self.begun();
        let mut prompts = Prompts::default();
        let steps = self.steps.iter().map(|step| {
            let begun = drive.journal.len();
            let refused = step.play(&mut drive, &mut prompts).err();
            Actual::of(&drive, begun, refused)
        });
        let steps = steps.collect();
        (steps, drive)
    }
}

impl Step {
    fn play(&self, drive: &mut Drive, prompts: &mut Prompts) -> Result<(), Refusal> {
        let at = time(&self.at);
        if self.prompt {
            drive.wait(at);
            prompts.approval = drive.release.shown();
            prompts.card = drive.release.shown();
            prompts.rollback = drive.release.rollback_shown();
            prompts.flag = drive.release.killable_flags().into_iter().next();
            return Ok(());
        }
        if self.resume {
            drive.tell(
                RecordEvent::Resumed {
                    version: "0.1.0".into(),
                    cut: 0,
                },
                at,
            );
            return Ok(());
        }
        if let Some(seconds) = self.jump {
            drive.tell(RecordEvent::ClockJumped { seconds }, at);
            return Ok(());
        }
        if let Some(click) = &self.click {
            let command = drive
                .release
                .clicked(click.made(&drive.release, prompts, &self.at))?;
            return drive.command(&command, at);
        }
        match (&self.see, &self.act) {
            (Some(see), None) => {
                let seen = see.observation(drive, at);
                drive.see(&seen, at);
                Ok(())
            }
            (None, Some(act)) => {
                let command = Command {
                    actor: Login::parse(self.by.as_deref().unwrap_or("ana")).unwrap(),
                    intent: act.intent(&drive.release, prompts),
                };
                drive.command(&command, at)
            }
            (None, None) => {
                drive.wait(at);
                Ok(())
            }
            (Some(_), Some(_)) => panic!("{}: a step sees or does, never both", self.at),
        }
    }
}

impl ClickMade {
    fn made(&self, release: &Release, prompts: &mut Prompts, at: &str) -> Click {
        let shown = prompts.card.take().or_else(|| release.shown());
        let value = shown.map(|shown| CardSeen::of(&release.key, &shown).encode());
        let or = |said: &Option<String>, usual: &str| Text::line(said.as_deref().unwrap_or(usual));
        Click {
            id: or(&self.id, &format!("{at} {}", self.user)),
            user: Text::line(&self.user),
            channel: or(&self.channel, "C0APPROVAL"),
            button: match &self.reject {
                None => Button::Approve,
                Some(reason) if reason.is_empty() => Button::Reject,
                Some(reason) => Button::Rejected {
                    reason: reason.as_str().into(),
                },
            },
            value: self.value.clone().or(value).unwrap_or_default(),
            trigger: None,
        }
    }
}

/// An item of the checklist, ticked with a note or taken back without one.
fn ticked(item: String, on: bool) -> Intent {
    let note = on.then(|| "looked at it".into());
    if on {
        Intent::Tick { item, note }
    } else {
        Intent::Untick { item, note }
    }
}

impl Do {
    fn intent(&self, release: &Release, prompts: &mut Prompts) -> Intent {
        match self {
            Self::Approve(reason) => {
                let shown = prompts.approval.take().or_else(|| release.shown());
                let shown = shown.expect("nothing waits: open the prompt while something does");
                let typed = shown.name().to_owned();
                let confirmed = ConfirmedApproval::typed(shown, &typed, reason).unwrap();
                Intent::Approve(Box::new(confirmed))
            }
            Self::Reject(reason) => Intent::Reject {
                reason: reason.as_str().into(),
            },
            Self::RollBack(plan) => {
                let shown = prompts.rollback.take().or_else(|| release.rollback_shown());
                let shown = shown.expect("a target");
                let typed = shown.target.name().to_owned();
                let confirmed = cockpit::domain::approval::ConfirmedRollback::typed(
                    release.key.clone(),
                    shown,
                    *plan,
                    &typed,
                    "error rate",
                );
                Intent::RollBack(Box::new(confirmed.unwrap()))
            }
            Self::KillFlag(flag) => kill_flag(flag, release, prompts),
            Self::Note(text) => Intent::Note {
                text: text.as_str().into(),
            },
            Self::Report(problem) => Intent::ReportProblem {
                problem: *problem,
                text: "baskets are empty".into(),
            },
            Self::Hold => Intent::Hold,
            Self::WaitNoLonger => Intent::WaitNoLonger,
            Self::KeepWatching => Intent::KeepWatching,
            Self::Extend(minutes) => Intent::ExtendWatch {
                minutes: *minutes,
                reason: "to be sure".into(),
            },
            Self::Close(reason) => Intent::Close {
                reason: reason.as_str().into(),
            },
            Self::Explain(text) => Intent::Explain {
                text: text.as_str().into(),
            },
            Self::SignOff(role) => Intent::SignOff {
                role: role.clone(),
                note: Some("looked at it".into()),
            },
            Self::Withdraw(role) => Intent::WithdrawSignOff { role: role.clone() },
            Self::Unlock(reason) => Intent::Unlock {
                reason: reason.as_str().into(),
            },
            Self::Emergency(reason, incident) => Intent::DeclareEmergency {
                reason: reason.as_str().into(),
                incident: incident.as_str().into(),
            },
            Self::WithdrawEmergency(reason) => Intent::WithdrawEmergency {
                reason: reason.as_str().into(),
            },
            Self::Review(note) => Intent::ReviewEmergency {
                note: note.as_str().into(),
            },
            Self::Schedule(at, reason) => Intent::ScheduleStart {
                not_before: (at != "now").then(|| time(at)),
                reason: reason.as_str().into(),
            },
            Self::HandOver(to, note) => Intent::HandOver {
                to: Login::parse(to).unwrap(),
                note: note.as_str().into(),
            },
            Self::TakeSeat => Intent::TakeSeat,
            Self::Cancel => Intent::CancelRun,
            Self::Rerun => Intent::RerunFailed,
            Self::Trust => Intent::TrustCommands,
            Self::Promote => Intent::Approve(Box::new(release.quorum_approval().unwrap())),
            Self::Tick(item) => ticked(item.clone(), true),
            Self::Untick(item) => ticked(item.clone(), false),
        }
    }
}

/// The kill of a flag as its prompt showed it, or as it stands.
fn kill_flag(flag: &str, release: &Release, prompts: &mut Prompts) -> Intent {
    let shown = prompts.flag.take().filter(|shown| shown.flag == flag);
    let shown = shown.or_else(|| release.kill_shown(flag));
    let shown = shown.unwrap_or_else(|| KillShown {
        flag: flag.to_owned(),
        reading: None,
    });
    let key = release.key.clone();
    let confirmed = ConfirmedKill::typed(key, shown, flag, "errors since it is on");
    Intent::KillFlag(Box::new(confirmed.unwrap()))
}
