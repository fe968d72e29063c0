//! Concurrency groups: who holds one and who waits in it.

use serde::Deserialize;

use super::field::{or_default, readable};
use crate::domain::{
    RunId, Text,
    observation::{LaneRun, LaneSnapshot},
};

/// The groups of one run.
#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Lanes {
    #[serde(default, deserialize_with = "readable")]
    concurrency_groups: Vec<Lane>,
    #[serde(default, deserialize_with = "or_default")]
    total_count: Option<u64>,
}

/// A group with its members: in [`Lanes`] this run's own, asked for by its name all of them.
#[derive(Debug, Deserialize)]
pub(in crate::adapters::github) struct Lane {
    group_name: String,
    #[serde(default, deserialize_with = "readable")]
    group_members: Vec<Member>,
}

#[derive(Debug, Deserialize)]
struct Member {
    run_id: u64,
    #[serde(default, deserialize_with = "or_default")]
    run_name: Option<String>,
    position: u32,
}

impl Lanes {
    /// GitHub says that there are none, which is another word than none that can be read.
    pub(in crate::adapters::github) fn are_none(&self) -> bool {
        self.total_count == Some(0) && self.concurrency_groups.is_empty()
    }

    /// The group that matters: one the run waits in before one it holds, and among those the one that names the
    /// environment.
    pub(in crate::adapters::github) fn of(self, run: RunId, environment: &str) -> Option<Lane> {
        let lanes = self.concurrency_groups.into_iter().filter_map(|lane| {
            let position = lane.position(run)?;
            Some((position, lane))
        });
        let (_, lane) = lanes.max_by_key(|(position, lane)| {
            let named = lane.group_name.contains(environment);
            (*position > 0, named, *position)
        })?;
        Some(lane)
    }
}

impl Lane {
    pub(in crate::adapters::github) fn name(&self) -> &str {
        &self.group_name
    }

    fn position(&self, run: RunId) -> Option<u32> {
        let own = self.group_members.iter().filter(|m| m.run_id == run.0);
        own.map(|member| member.position).max()
    }

    /// Whether others than this run are told.
    pub(in crate::adapters::github) fn tells_others(&self, run: RunId) -> bool {
        self.group_members.iter().any(|m| m.run_id != run.0)
    }

    /// As cockpit sees it; `None` where the run stands in it no more. With `whole` there are no others than those told.
    pub(in crate::adapters::github) fn read(self, run: RunId, whole: bool) -> Option<LaneSnapshot> {
        let position = self.position(run)?;
        let mut others: Vec<LaneRun> = Vec::new();
        for member in self.group_members {
            let id = RunId(member.run_id);
            if id != run && !others.iter().any(|known| known.run == id) {
                others.push(LaneRun {
                    run: id,
                    title: Text::line(&member.run_name.unwrap_or_default()),
                    position: member.position,
                    since: None,
                });
            }
        }
        others.sort_by_key(|other| (other.position, other.run));
        let holder = others.iter().find(|m| m.position == 0 && position > 0);
        let behind = others.iter().filter(|m| m.position > position).count();
        Some(LaneSnapshot {
            group: Text::line(&self.group_name),
            position,
            holder: holder.map(|m| m.run),
            behind: (whole || !others.is_empty())
                .then(|| u32::try_from(behind).unwrap_or(u32::MAX)),
            since: None,
            others: others.into_iter().take(LaneSnapshot::MOST).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(text: &str) -> Option<Lane> {
        let lanes: Lanes = serde_json::from_str(text).unwrap();
        lanes.of(RunId(7), "production")
    }

    #[test]
    fn the_lane_in_which_the_run_waits_comes_first() {
        let lane = lane(
            r#"{"concurrency_groups":[
            {"group_name":"ci-main","group_members":[{"run_id":7,"position":0}]},
            {"group_name":"production","group_members":[{"run_id":6,"position":0,"run_name":"Old"},
                {"run_id":7,"position":1},{"run_id":8,"position":2},{"run_id":8,"position":2},{"run_id":9}]},
            {"group_name":"gone","group_members":[]}]}"#,
        );
        let lane = lane.unwrap().read(RunId(7), false).unwrap();
        assert_eq!(lane.group.as_str(), "production");
        assert_eq!(
            (lane.position, lane.holder, lane.behind),
            (1, Some(RunId(6)), Some(1))
        );
        let names: Vec<_> = lane
            .others
            .iter()
            .map(|m| (m.run.0, m.title.as_str()))
            .collect();
        assert_eq!(names, [(6, "Old"), (8, "")]);
    }

    #[test]
    fn who_is_behind_is_unknown_until_the_whole_group_was_told() {
        let alone = r#"{"concurrency_groups":[
            {"group_name":"production","group_members":[{"run_id":7,"position":0}]}]}"#;
        let of = |whole| lane(alone).unwrap().read(RunId(7), whole).unwrap().behind;
        assert_eq!((of(false), of(true)), (None, Some(0)));
        assert!(
            lane(r#"{"concurrency_groups":[{"group_name":"p","group_members":[]}]}"#).is_none()
        );
        assert!(lane("{}").is_none());
        for (text, is_out) in [
            (r#"{"total_count":0,"concurrency_groups":[]}"#, true),
            (r#"{"total_count":1,"concurrency_groups":[7]}"#, false),
            ("{}", false),
        ] {
            let lanes: Lanes = serde_json::from_str(text).unwrap();
            assert_eq!(lanes.are_none(), is_out, "{text}");
        }
    }
}
