//! Where rules are written that may stand in a strategy file of their own.

use std::collections::BTreeSet;

use super::{
    At, Layer, TeamFile,
    file::{StrategyTable, TeamTable},
};

impl TeamFile {
    /// The strategy as it is written, and where.
    pub fn strategy(&self) -> Option<(&StrategyTable, Layer)> {
        let own = self.table.strategy.as_ref()?;
        Some(match (&self.written, named(&self.table)) {
            (Some(written), Some(layer)) => (&written.table.value, layer),
            _ => (&own.value, Layer::Team),
        })
    }

    /// Where the gate at this place of `hypercare.gates` is written, as the rules have them.
    pub fn gate_from(&self, at: usize) -> Layer {
        self.rule_from(at, &self.table.hypercare.gates)
    }

    /// The same of a trigger.
    pub fn trigger_from(&self, at: usize) -> Layer {
        self.rule_from(at, &self.table.hypercare.triggers)
    }

    /// Those of the strategy file come after the team file's own, which count once each.
    fn rule_from(&self, at: usize, own: &[At<String>]) -> Layer {
        let own: BTreeSet<&str> = own.iter().map(|rule| rule.value.as_str()).collect();
        let own = own.len();
        let theirs = named(&self.table).filter(|_| at >= own);
        theirs.unwrap_or(Layer::Team)
    }
}

fn named(table: &TeamTable) -> Option<Layer> {
    let file = table.strategy.as_ref()?.file.as_ref()?;
    Some(Layer::Beside(file.value.clone()))
}
