//! The whole file: its parts in the order in which they need each other.

use crate::{
    config::{diagnostic::Diagnostic, file::TeamTable, strategy::WrittenStrategy},
    domain::policy::Policy,
};

use super::{
    calendar, evidence, explain,
    findings::Findings,
    flags::{self, FlagsSource},
    gates, metrics, people, prerequisites, risk, rollback, rollout, rules, slack,
    smoke::{self, SmokeSuites},
    target::{self, AwsAccount, ProductionVersion},
    version,
};

/// What a file means.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::config) struct Resolution {
    pub(in crate::config) policy: Policy,
    pub(in crate::config) repository: Option<String>,
    pub(in crate::config) aws: Vec<AwsAccount>,
    pub(in crate::config) production: Option<ProductionVersion>,
    pub(in crate::config) flags: Option<FlagsSource>,
}

/// Checks and resolves a file. `raw` is the same document as plain values, for the presets' parameters; `hash` the
/// SHA-256 of its bytes; `written` its strategy file, whose mistakes come second; `suites` its smoke tests.
pub(in crate::config) fn resolve_team(
    table: &TeamTable,
    raw: &toml::Table,
    hash: String,
    written: Option<&WrittenStrategy>,
    suites: &SmokeSuites,
) -> (Resolution, Vec<Diagnostic>, Vec<Diagnostic>) {
    let mut found = Findings::default();
    let mut theirs = Findings::default();
    let aws = target::aws(&table.aws, &mut found);
    let metrics = metrics::metrics(table, raw, &aws, &mut found);
    let mut hypercare = rollout::hypercare(&table.hypercare, &metrics, &mut found);
    if let Some(written) = written {
        let (gates, triggers) = (&mut hypercare.gates, &mut hypercare.triggers);
        rules::more(gates, &written.gates, &metrics, &mut theirs);
        rules::more(triggers, &written.triggers, &metrics, &mut theirs);
    }
    let (strategy, deploy_timeout) =
        rollout::strategy(table, written, &metrics, &mut found, &mut theirs);
    let production = target::production(&table.production, &mut found);
    let environment = &table.github.environment.value;
    let flags = table.flags.as_ref();
    let flags = flags.map(|at| flags::flags(at, environment, &mut found));
    let (flags_rule, flags) =
        flags.map_or((None, None), |(rule, source)| (Some(rule), Some(source)));
    let policy = Policy {
        service: found.filled("service", &table.service),
        hash,
        beside: Vec::new(),
        paths: version::paths(table, &mut found),
        target: target::target(table, &mut found),
        pipeline: target::pipeline(&table.pipeline),
        evidence: evidence::evidence(&table.evidence, &mut found),
        explain: explain::explain(&table.evidence, &mut found),
        production_command: production.as_ref().and_then(ProductionVersion::command),
        evidence_max_age: evidence::max_age(&table.evidence, &mut found),
        load_baseline: evidence::load_baseline(&table.evidence, &mut found),
        known_failures: evidence::known_failures(&table.evidence, &mut found),
        areas: evidence::areas(&table.evidence, &mut found),
        hot_paths: evidence::hot_paths(&table.evidence, &mut found),
        risk: risk::risk(&table.risk, &mut found),
        strategy,
        smoke: smoke::smoke(table, suites, &mut found),
        hypercare,
        rollback: table
            .rollback
            .as_ref()
            .and_then(|rollback| rollback::rollback(rollback, &mut found)),
        approval: people::approval(table, deploy_timeout, &mut found),
        slack: slack::slack(table, &mut found),
        prerequisites: prerequisites::prerequisites(table, &mut found),
        checklist: None,
        calendar: calendar::calendar(table, &mut found),
        flags: flags_rule,
        gates: gates::gates(table, &mut found),
        metrics: metrics.all,
    };
    let resolution = Resolution {
        policy,
        repository: target::repository(&table.github, &mut found),
        aws,
        production,
        flags,
    };
    (resolution, found.list, theirs.list)
}
