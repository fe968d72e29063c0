//! The production lane: who holds it, who waits, what a newer run would do, how far the default branch has gone on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{RunId, Sha, Text};

/// The production lane: the concurrency group that the run stands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneSnapshot {
    /// The group's name.
    pub group: Text,
    /// 0 holds the lane; from 1 on the run waits.
    pub position: u32,
    /// Who holds it, where another does and GitHub says so.
    pub holder: Option<RunId>,
    /// How many stand behind this run, where known.
    pub behind: Option<u32>,
    /// The other runs in it by their places, as far as GitHub tells; at most [`LaneSnapshot::MOST`].
    #[serde(default)]
    pub others: Vec<LaneRun>,
    /// Since when this run holds or waits, where known.
    #[serde(default)]
    pub since: Option<Timestamp>,
}

impl LaneSnapshot {
    /// Runs that are kept beside this one: GitHub queues at most a hundred.
    pub const MOST: usize = 100;

    /// Whether this run holds the lane.
    pub fn holds(&self) -> bool {
        self.position == 0
    }
}

/// Where a run stands, as GitHub tells it. In a journal the lane itself, `"no_group"`, or `null`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LanePlace {
    /// In a lane.
    In(LaneSnapshot),
    /// In none: it holds nothing, and waits for nothing.
    Out(NoLane),
    /// The server cannot tell.
    Untold,
}

/// GitHub's list of a run's groups is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoLane {
    /// No concurrency group has the run in it.
    NoGroup,
}

impl LanePlace {
    /// The run stands in no lane.
    pub const OUT: Self = Self::Out(NoLane::NoGroup);

    /// The lane that it stands in.
    pub fn lane(&self) -> Option<&LaneSnapshot> {
        match self {
            Self::In(lane) => Some(lane),
            Self::Out(_) | Self::Untold => None,
        }
    }
}

/// Another run in the lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneRun {
    /// The run.
    pub run: RunId,
    /// Its title.
    pub title: Text,
    /// 0 holds the lane.
    pub position: u32,
    /// Since when it holds or waits, where known.
    pub since: Option<Timestamp>,
}

/// What the workflow file of the default branch says of runs that want the lane at once.
///
/// Source: "Workflow syntax for GitHub Actions", `concurrency`; `queue` since May 2026.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "words")]
pub enum LaneRule {
    /// Nothing: there is no lane, runs deploy side by side.
    Absent,
    /// One works, one waits: a newer one takes the place of the one that waits.
    Replaces,
    /// One works, all others wait in turn (`queue: max`).
    Queues,
    /// A newer one cancels the one that works (`cancel-in-progress: true`).
    Cancels,
    /// An expression or a shape that only GitHub can read, in its own words.
    Unclear(Text),
}

/// What a newer run does to one that stands in the lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It deploys beside it.
    Beside,
    /// It waits behind it.
    Kept,
    /// It takes its place: this one is cancelled while it waits.
    Replaced,
    /// It cancels it, whatever it does.
    Cancelled,
    /// The file does not say so that it can be told.
    Unclear,
}

impl LaneRule {
    /// What a newer run would do to one that `holds` the lane, or waits for it.
    pub fn fate(&self, holds: bool) -> Fate {
        match self {
            Self::Absent => Fate::Beside,
            Self::Replaces if holds => Fate::Kept,
            Self::Replaces => Fate::Replaced,
            Self::Queues => Fate::Kept,
            Self::Cancels => Fate::Cancelled,
            Self::Unclear(_) => Fate::Unclear,
        }
    }
}

/// How far the default branch has gone on since the candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BranchLead {
    /// The branch.
    pub branch: Text,
    /// Its newest commit.
    pub head: Sha,
    /// Commits of it that the candidate lacks.
    pub commits: u32,
}

/// What was seen of the lane; `None` was not asked, or not answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LaneSeen {
    /// The lane.
    pub lane: Option<LanePlace>,
    /// The rule; `Some(None)`: the default branch has no such workflow file.
    pub rule: Option<Option<LaneRule>>,
    /// The default branch.
    pub lead: Option<BranchLead>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_as_journals_always_had_it() {
        let read = |text: &str| serde_json::from_str::<LanePlace>(text).unwrap();
        let lane =
            r#"{"group":"p","position":0,"holder":null,"behind":null,"others":[],"since":null}"#;
        assert!(read(lane).lane().is_some_and(LaneSnapshot::holds));
        assert_eq!(read("null"), LanePlace::Untold);
        for place in [read(lane), LanePlace::OUT, LanePlace::Untold] {
            let text = serde_json::to_string(&place).unwrap();
            assert_eq!(read(&text), place, "{text}");
        }
        assert_eq!(
            serde_json::to_string(&LanePlace::OUT).unwrap(),
            "\"no_group\""
        );
    }

    #[test]
    fn who_holds_the_lane_is_only_lost_to_a_rule_that_cancels() {
        for (rule, holds, waits) in [
            (LaneRule::Absent, Fate::Beside, Fate::Beside),
            (LaneRule::Replaces, Fate::Kept, Fate::Replaced),
            (LaneRule::Queues, Fate::Kept, Fate::Kept),
            (LaneRule::Cancels, Fate::Cancelled, Fate::Cancelled),
            (
                LaneRule::Unclear("${{ x }}".into()),
                Fate::Unclear,
                Fate::Unclear,
            ),
        ] {
            assert_eq!((rule.fate(true), rule.fate(false)), (holds, waits));
        }
    }
}
