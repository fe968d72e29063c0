//! The rules' single values as `config show` tells them: each with the layer that it came from. Prints nothing itself.

use serde::Serialize;

use crate::{
    config::{Layer, TeamFile, file::StrategyTable},
    domain::{
        policy::{Policy, Strategy},
        wording::{duration, significant},
    },
};

/// A value by its key, and whether the team's file says so or cockpit does.
pub(super) struct Row {
    pub(super) key: &'static str,
    pub(super) value: String,
    pub(super) from: Layer,
}

/// All of them, in the order of the file.
pub(super) fn values(team: &TeamFile) -> Vec<Row> {
    let mut all = List(Vec::new());
    production(team, &mut all);
    watch(team, &mut all);
    back(team, &mut all);
    approval(team, &mut all);
    all.0
}

struct List(Vec<Row>);

impl List {
    fn add(&mut self, key: &'static str, value: impl Into<String>, is_written: bool) {
        self.add_from(key, value, is_written.then_some(Layer::Team));
    }

    fn add_from(&mut self, key: &'static str, value: impl Into<String>, from: Option<Layer>) {
        let from = from.unwrap_or(Layer::Default);
        let value = value.into();
        self.0.push(Row { key, value, from });
    }
}

/// `pre-authorised`: words stand in the file as they are serialised.
fn word(value: impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn production(team: &TeamFile, all: &mut List) {
    let (table, policy) = (&team.table, &team.policy);
    let gate = word(policy.target.gate);
    all.add("github.gate", gate, table.github.gate.is_some());
    let age = duration(policy.evidence_max_age);
    all.add("evidence.max_age", age, table.evidence.max_age.is_some());
    all.add(
        "risk.medium",
        policy.risk.medium.to_string(),
        table.risk.medium.is_some(),
    );
    all.add(
        "risk.high",
        policy.risk.high.to_string(),
        table.risk.high.is_some(),
    );
    let strategy = team.strategy();
    let from = |is_written: fn(&StrategyTable) -> bool| {
        let (table, from) = strategy.as_ref()?;
        is_written(table).then(|| from.clone())
    };
    all.add_from("strategy", kind(policy), from(|_| true));
    if let Strategy::Canary { advance, .. } = &policy.strategy {
        let from = from(|table| table.advance.is_some());
        all.add_from("strategy.advance", word(advance), from);
    }
    let timeout = duration(policy.approval.deploy_timeout);
    let from = from(|table| table.stage_timeout.is_some());
    all.add_from("strategy.stage_timeout", timeout, from);
}

fn kind(policy: &Policy) -> String {
    match &policy.strategy {
        Strategy::Recreate => "recreate".to_owned(),
        Strategy::Rolling {
            max_unavailable,
            max_surge,
        } => {
            let told = |value: &Option<String>| value.clone().unwrap_or_else(|| "not told".into());
            let (away, more) = (told(max_unavailable), told(max_surge));
            format!("rolling: max_unavailable {away}, max_surge {more}")
        }
        Strategy::BlueGreen { validation } => match validation {
            Some(both) => format!("blue-green: validation {}", duration(*both)),
            None => "blue-green".to_owned(),
        },
        Strategy::Canary { stages, .. } => {
            let stages = stages.iter().map(|stage| {
                if stage.duration.is_zero() {
                    return stage.weight.clone();
                }
                format!("{} for {}", stage.weight, duration(stage.duration))
            });
            format!("canary: {}", stages.collect::<Vec<_>>().join(", "))
        }
    }
}

fn watch(team: &TeamFile, all: &mut List) {
    let (table, care) = (&team.table.hypercare, &team.policy.hypercare);
    for (key, value, is_written) in [
        ("hypercare.window", care.window, table.window.is_some()),
        (
            "hypercare.max_wait",
            care.max_wait,
            table.max_wait.is_some(),
        ),
        (
            "hypercare.baseline",
            care.baseline,
            table.baseline.is_some(),
        ),
    ] {
        all.add(key, duration(value), is_written);
    }
    all.add(
        "hypercare.min_samples",
        care.min_samples.to_string(),
        table.min_samples.is_some(),
    );
    all.add(
        "hypercare.false_alarms",
        format!("{}%", significant(care.false_alarms * 100.0, 9)),
        table.false_alarms.is_some(),
    );
}

fn back(team: &TeamFile, all: &mut List) {
    let (Some(table), Some(rule)) = (&team.table.rollback, &team.policy.rollback) else {
        return;
    };
    let during = word(rule.during_deploy);
    all.add(
        "rollback.during_deploy",
        during,
        table.during_deploy.is_some(),
    );
    all.add(
        "rollback.on_trigger",
        word(rule.on_trigger),
        table.on_trigger.is_some(),
    );
    let countdown = duration(rule.countdown);
    all.add("rollback.countdown", countdown, table.countdown.is_some());
    let timeout = duration(rule.timeout);
    all.add("rollback.timeout", timeout, table.timeout.is_some());
}

fn approval(team: &TeamFile, all: &mut List) {
    let (table, rule) = (&team.table.approval, &team.policy.approval);
    let escalate = duration(rule.escalate_after);
    all.add(
        "approval.escalate_after",
        escalate,
        table.escalate_after.is_some(),
    );
    for (key, written) in [
        ("approval.quiet_hours", &table.quiet_hours),
        ("approval.not_before", &table.not_before),
        ("approval.checklist", &table.checklist),
    ] {
        let value = written.as_ref().map_or("none", |at| at.value.as_str());
        all.add(key, value, written.is_some());
    }
}

#[cfg(test)]
mod tests {
    use super::values;
    use crate::config::{Beside, parse_team, parse_team_with};

    fn row(table: &str, key: &str) -> String {
        let small =
            "service = \"s\"\n[github]\nworkflow = \"d.yml\"\nenvironment = \"p\"\njob = \"d\"\n";
        let text = format!("{small}{table}");
        let team = parse_team(text.as_bytes(), "cockpit.toml").unwrap();
        let all = values(&team);
        let found = all.into_iter().find(|row| row.key == key).unwrap();
        format!("{} {}", found.value, found.from)
    }

    #[test]
    fn a_strategy_of_a_file_of_its_own_names_that_file() {
        let text = "service = \"s\"\nmetrics = [{ preset = \"lambda\", function = \"f\" }]\n[github]\n\
             workflow = \"d.yml\"\nenvironment = \"p\"\njob = \"d\"\n[strategy]\nfile = \"ops/s.yaml\"\n\
             [hypercare]\ngates = [\"error_rate < 1%\"]\n[[aws]]\n";
        let yaml = "strategy: canary\nstages: [{weight: 5%, duration: 5m}, {weight: 100%}]\n\
             gates: error_rate < 2%\nrollback_trigger: error_rate > 5% for 3m\nadvance: ask\n";
        let beside = [Beside {
            name: "ops/s.yaml",
            origin: "ops/s.yaml",
            bytes: yaml.as_bytes(),
        }];
        let team = parse_team_with(text.as_bytes(), "cockpit.toml", &beside).unwrap();
        let from = |key: &str| {
            let all = values(&team);
            let row = all.into_iter().find(|row| row.key == key).unwrap();
            row.from.to_string()
        };
        assert_eq!(from("strategy"), "ops/s.yaml");
        assert_eq!(from("strategy.advance"), "ops/s.yaml");
        assert_eq!(from("strategy.stage_timeout"), "default");
        let gates = [team.gate_from(0), team.gate_from(1)];
        assert_eq!(
            gates.map(|from| from.to_string()),
            ["cockpit.toml", "ops/s.yaml"]
        );
        assert_eq!(team.trigger_from(0).to_string(), "ops/s.yaml");
    }

    #[test]
    fn a_share_reads_as_it_was_written() {
        for share in ["7%", "0.1%", "0.55%", "10%", "0%"] {
            let table = format!("[hypercare]\nfalse_alarms = \"{share}\"\n");
            let said = row(&table, "hypercare.false_alarms");
            assert_eq!(said, format!("{share} cockpit.toml"));
        }
    }

    #[test]
    fn a_strategy_tells_its_own_limits() {
        for (table, said) in [
            ("", "recreate default"),
            (
                "[strategy]\nkind = \"rolling\"\nmax_unavailable = \"25%\"\n",
                "rolling: max_unavailable 25%, max_surge not told cockpit.toml",
            ),
            (
                "[strategy]\nkind = \"blue-green\"\nvalidation = \"30m\"\n",
                "blue-green: validation 30m cockpit.toml",
            ),
        ] {
            assert_eq!(row(table, "strategy"), said);
        }
    }
}
