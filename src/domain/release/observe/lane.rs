//! The lane against what is known of it.

use crate::domain::{Event, observation::LaneSeen, release::Release, rollout::RolloutEvent};

pub(super) fn observe_lane(release: &Release, seen: &LaneSeen) -> Vec<Event> {
    let known = &release.rollout;
    let lane = seen
        .lane
        .as_ref()
        .filter(|lane| known.lane.as_ref() != Some(lane))
        .map(|lane| RolloutEvent::LaneChanged { lane: lane.clone() });
    let rule = seen
        .rule
        .as_ref()
        .filter(|rule| known.lane_rule.as_ref() != Some(rule))
        .map(|rule| RolloutEvent::LaneRuleSeen { rule: rule.clone() });
    let lead = seen
        .lead
        .as_ref()
        .filter(|lead| known.lead.as_ref() != Some(lead))
        .map(|lead| RolloutEvent::BranchMoved(lead.clone()));
    [lane, rule, lead]
        .into_iter()
        .flatten()
        .map(Event::from)
        .collect()
}
