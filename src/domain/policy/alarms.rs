//! Which CloudWatch alarms the rules name, anywhere.

use super::Policy;
use crate::domain::{
    checklist::{Binding, Checklist},
    judge::Rule,
};

impl Policy {
    /// Every alarm that is asked for: listed, in a gate or a trigger, or bound to an item of the checklist; each once, by name.
    pub fn alarm_names(&self) -> Vec<String> {
        let hypercare = &self.hypercare;
        let rules = hypercare.gates.iter().chain(&hypercare.triggers);
        let items = self.checklist.iter().flat_map(Checklist::items);
        let bound = items.filter_map(|item| match &item.auto {
            Some(Binding::Alarm(name)) => Some(name.clone()),
            _ => None,
        });
        let listed = hypercare.alarms.iter().cloned();
        let mut all: Vec<String> = listed
            .chain(rules.flat_map(Rule::alarms))
            .chain(bound)
            .collect();
        all.sort();
        all.dedup();
        all
    }
}
