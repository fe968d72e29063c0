//! The deploy card: everything a person needs who is asked whether a release may go, and the buttons to say so.

use super::{
    blocks::{Block, Button, Words, json},
    facts,
    line::{Line, Part},
    mrkdwn::address,
};
use crate::{
    domain::{
        End, Login, Phase, Text,
        approval::Request,
        chat::{APPROVE_ACTION, CardSeen, OPEN_ACTION, REJECT_ACTION},
        judge::{Fired, State, WindowEnd},
        policy::{ClickCounts, Effect},
        release::{Gate, Release},
        rollback::Attempt,
    },
    report::Mood,
};

/// Reasons of the risk that a card names.
const RISKS: usize = 5;
/// Gates that a card names.
const GATES: usize = 12;

/// What stands on the card.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// Service, version and where to.
    pub title: String,
    /// How far the release is.
    pub mood: Mood,
    /// The same in a line.
    pub state: Line,
    /// Names with values.
    pub fields: Vec<(&'static str, Line)>,
    /// One line: what to do.
    pub advice: String,
    /// Headings with their lines.
    pub lists: Vec<(String, Vec<Line>)>,
    /// What can be clicked.
    pub buttons: Vec<CardButton>,
    /// The last line, small.
    pub foot: Line,
}

/// Something to click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardButton {
    /// What it is called.
    pub words: &'static str,
    /// What a click means.
    pub sort: ButtonSort,
}

/// What a click means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ButtonSort {
    /// Yes, to what the value names.
    Approve(String),
    /// No.
    Reject(String),
    /// Leads to an address.
    Open(String),
}

/// The card of a release as it stands.
pub fn card(release: &Release) -> Card {
    let (mood, state) = state(release);
    let risk = release.risk();
    let mut lists = Vec::new();
    let mut put = |heading: String, lines: Vec<Line>| {
        if !lines.is_empty() {
            lists.push((heading, lines));
        }
    };
    let reasons = risk.contributions.iter().take(RISKS);
    let reasons = reasons.map(|part| {
        Line::plain(format!("+{} {}: ", part.points, part.factor.word())).said(part.why.as_str())
    });
    put("Why the risk".to_owned(), reasons.collect());
    if release.decision_is_ahead() {
        put_votes(release, &mut put);
        put_gates(release, &mut put);
        let agreed = release.shown().map(|shown| shown.pre_authorised);
        let agreed = agreed.into_iter().flatten();
        put(
            "An approval agrees to".to_owned(),
            agreed
                .map(|promise| Line::default().said(&promise))
                .collect(),
        );
    }
    let service = &release.policy.service;
    let environment = &release.policy.target.environment;
    Card {
        title: format!(
            "{} {} to {}",
            Text::line(service),
            release.name(),
            Text::line(environment)
        ),
        mood,
        state,
        fields: facts::fields(release, &risk),
        advice: facts::advice(release, &risk),
        lists,
        buttons: buttons(release),
        foot: facts::foot(release),
    }
}

/// Who clicked already, where clicks approve: a click that counts is seen to count.
fn put_votes(release: &Release, put: &mut impl FnMut(String, Vec<Line>)) {
    let rule = release.policy.slack.as_ref();
    let Some(rule) = rule.filter(|rule| rule.approve == ClickCounts::Promote) else {
        return;
    };
    let votes = release.votes();
    let lines = votes.iter().map(|vote| {
        Line::default()
            .said(vote.by().as_str())
            .words(" ")
            .and(Part::Time(vote.at()))
    });
    put(
        format!("Clicks on Approve: {} of {}", votes.len(), rule.quorum),
        lines.collect(),
    );
}

fn put_gates(release: &Release, put: &mut impl FnMut(String, Vec<Line>)) {
    let all = release.gates();
    let open: Vec<&Gate> = all.iter().filter(|gate| gate.effect.is_some()).collect();
    let mut sorted = open.clone();
    sorted.sort_by_key(|gate| std::cmp::Reverse(gate.effect));
    let mut lines: Vec<Line> = sorted.into_iter().take(GATES).map(gate).collect();
    if open.len() > GATES {
        lines.push(Line::plain(format!("and {} more", open.len() - GATES)));
    }
    let passed = all.len() - open.len();
    put(
        format!(
            "Open gates: {} ({passed} of {} pass)",
            open.len(),
            all.len()
        ),
        lines,
    );
}

fn gate(gate: &Gate) -> Line {
    let mark = match gate.verdict.state {
        State::Pass => "✔",
        State::Fail => "✖",
        State::Ambiguous | State::NoData | State::Broken => "?",
    };
    let effect = match gate.effect {
        Some(Effect::Block) => " (blocks)",
        Some(Effect::Reason) => " (wants a reason)",
        Some(Effect::Warn) | None => "",
    };
    Line::plain(format!("{mark} "))
        .said(gate.title.as_str())
        .words(format!(": {}{effect}: ", gate.verdict.state.word()))
        .said(gate.verdict.why.as_str())
}

/// How far the release is.
fn state(release: &Release) -> (Mood, Line) {
    let approval = &release.approval;
    match release.phase() {
        Phase::AwaitingApproval | Phase::StageWatch { .. } | Phase::Preparing => {
            let Some(waiting) = &approval.waiting else {
                return (Mood::Quiet, Line::plain("Prepares"));
            };
            let what = match waiting.stage {
                0 => "Waits for a decision since ".to_owned(),
                stage => format!("Stage {} waits for a decision since ", stage + 1),
            };
            let line = Line::plain(what).and(Part::Time(waiting.since));
            match waiting.escalated {
                Some(at) => (
                    Mood::Look,
                    line.words("; nobody answered in time, escalated ")
                        .and(Part::Time(at)),
                ),
                None => (
                    Mood::Look,
                    line.words("; is escalated ")
                        .and(Part::Time(waiting.escalate_at)),
                ),
            }
        }
        Phase::ApprovalRequested => {
            let by = approval
                .request
                .as_ref()
                .and_then(|request| request.by.as_ref());
            let line = Line::plain("Approval asked for by ");
            let line = line.said(by.map_or("cockpit", |by| by.as_str()));
            (Mood::Plain, line.words("; GitHub has not shown it yet"))
        }
        Phase::Deploying if release.rollout.waits_for_lane() => {
            let line = Line::plain("Waits for its lane");
            (Mood::Look, granted(release, line))
        }
        Phase::Deploying => {
            let line = Line::plain("Deploys");
            (Mood::Plain, granted(release, line))
        }
        Phase::Monitoring => match release.watch.alerts().next() {
            Some(alert) => (Mood::Bad, fired(alert)),
            None => (
                Mood::Good,
                granted(release, Line::plain("In production, watched")),
            ),
        },
        Phase::Undecided => match (release.watch.fired().next(), &release.watch.end) {
            (Some(alert), _) => (Mood::Bad, fired(alert).words("; a person decides")),
            (None, Some(WindowEnd::Judged { .. })) => (
                Mood::Look,
                Line::plain("In production; not every gate passes: a person decides"),
            ),
            (None, None) => (
                Mood::Look,
                Line::plain("Not all of it is in production: a person decides"),
            ),
            (None, _) => (
                Mood::Unknown,
                Line::plain("In production; the watch cannot tell: a person decides"),
            ),
        },
        Phase::RollingBack | Phase::Recovering | Phase::RollbackFailed | Phase::Stopped => {
            rolled_back(release)
        }
        Phase::Ended(end) => ended(release, &end),
    }
}

fn fired((trigger, fired): (&str, &Fired)) -> Line {
    Line::plain("In production, and a trigger fired: ")
        .said(trigger)
        .words(": ")
        .said(fired.why.as_str())
}

fn granted(release: &Release, line: Line) -> Line {
    match release.approval.grants.last() {
        Some(grant) => {
            let by = grant.by.as_ref().map_or("someone", |by| by.as_str());
            line.words(", approved by ")
                .said(by)
                .words(" ")
                .and(Part::Time(grant.at))
        }
        None => line,
    }
}

fn rolled_back(release: &Release) -> (Mood, Line) {
    let newest = release.rollback.newest();
    let target = newest.map(|attempt| {
        let reason = attempt.reason.first_line();
        (attempt.shown.target.name().to_owned(), reason.to_owned())
    });
    let (to, why) = target.unwrap_or_default();
    let words = match release.phase() {
        Phase::RollingBack if newest.is_some_and(Attempt::waits_for_lane) => {
            "Waits for its lane: the rollback to "
        }
        Phase::RollbackFailed => "The rollback failed, to ",
        Phase::Stopped | Phase::Ended(_) => "Rolled back to ",
        _ => "Rolls back to ",
    };
    (
        Mood::Bad,
        Line::plain(words).said(&to).words(": ").said(&why),
    )
}

fn ended(release: &Release, end: &End) -> (Mood, Line) {
    match end {
        End::Complete => {
            let line = Line::plain("In production and stable");
            let line = match release.rollout.deployed {
                Some(at) => line.words(" since ").and(Part::Time(at)),
                None => line,
            };
            (Mood::Good, granted(release, line))
        }
        End::Rejected { by, reason } => {
            let own = own_rejection(release);
            let who = own.and_then(|own| own.by.as_ref()).or(by.as_ref());
            // GitHub's comment begins with who clicked.
            let why = own.and_then(|own| own.reason.as_ref()).unwrap_or(reason);
            let line = Line::plain("Rejected by ")
                .said(who.map_or("someone", Login::as_str))
                .words(": ")
                .said(why.first_line());
            (Mood::Bad, line)
        }
        End::RolledBack => rolled_back(release),
        End::Failed { what } => (Mood::Bad, Line::plain("Failed: ").said(what.as_str())),
        End::Expired => (
            Mood::Bad,
            Line::plain("Expired: nobody decided in GitHub's time"),
        ),
        End::Cancelled if release.rollout.out_of_lane => (
            Mood::Look,
            Line::plain("The run was cancelled while it waited for its lane"),
        ),
        End::Cancelled => (Mood::Look, Line::plain("The run was cancelled")),
        End::ClosedByHand { reason } => (
            Mood::Look,
            Line::plain("Closed by hand: ").said(reason.first_line()),
        ),
    }
}

/// The rejection, where that was by cockpit: GitHub shows whose token it went through.
fn own_rejection(release: &Release) -> Option<&Request> {
    let request = release.approval.request.as_ref();
    request.filter(|request| !request.approve)
}

fn buttons(release: &Release) -> Vec<CardButton> {
    let mut all = Vec::new();
    let asks = release.approval.in_flight().is_none();
    if let Some(shown) = release.shown().filter(|_| asks) {
        let value = CardSeen::of(&release.key, &shown).encode();
        all.push(CardButton {
            words: "Approve",
            sort: ButtonSort::Approve(value.clone()),
        });
        all.push(CardButton {
            words: "Reject",
            sort: ButtonSort::Reject(value),
        });
    }
    let run = release.rollout.run.as_ref();
    if let Some(url) = run.and_then(|run| address(run.url.as_str())) {
        all.push(CardButton {
            words: "Open run",
            sort: ButtonSort::Open(url.to_owned()),
        });
    }
    all
}

impl Card {
    /// As Slack's blocks.
    pub(super) fn blocks(&self) -> serde_json::Value {
        let mark = match self.mood {
            Mood::Good => "✅ ",
            Mood::Bad => "❌ ",
            Mood::Look => "🟠 ",
            Mood::Unknown => "❔ ",
            Mood::Plain | Mood::Quiet => "🔵 ",
        };
        let mut state = self.state.clone();
        state.0.insert(0, Part::Plain(mark.to_owned()));
        let mut blocks = vec![
            Block::header(&self.title),
            Block::section(&state),
            Block::fields(&self.fields),
        ];
        let advice = Line(vec![
            Part::Strong("Recommendation".to_owned()),
            Part::Plain(" ".to_owned()),
            Part::Said(Text::line(&self.advice)),
        ]);
        blocks.push(Block::section(&advice));
        blocks.push(Block::Divider);
        blocks.extend(
            self.lists
                .iter()
                .map(|(heading, lines)| Block::list(heading, lines)),
        );
        let elements: Vec<Button> = self.buttons.iter().map(CardButton::element).collect();
        if !elements.is_empty() {
            blocks.push(Block::Actions { elements });
        }
        blocks.push(Block::context(&self.foot));
        json(&blocks)
    }

    /// What a notification says.
    pub(super) fn in_short(&self) -> String {
        let time = |at: jiff::Timestamp| at.strftime("%F %H:%M UTC").to_string();
        format!("{}: {}", self.title, self.state.bare(time))
    }
}

impl CardButton {
    fn element(&self) -> Button {
        let (action_id, value, url, style) = match &self.sort {
            ButtonSort::Approve(value) => {
                (APPROVE_ACTION, Some(value.clone()), None, Some("primary"))
            }
            ButtonSort::Reject(value) => (REJECT_ACTION, Some(value.clone()), None, Some("danger")),
            ButtonSort::Open(url) => (OPEN_ACTION, None, Some(url.clone()), None),
        };
        Button {
            text: Words::button(self.words),
            action_id,
            value,
            url,
            style,
        }
    }
}
