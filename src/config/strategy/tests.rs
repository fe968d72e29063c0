//! Strategy files beside the smallest rules: what each becomes, and where each mistake is shown.

use crate::{
    config::{Beside, TeamFile, files_beside, parse_team, parse_team_with},
    domain::{
        judge::Rule,
        policy::{Advance, StageBound, Strategy},
    },
};

const SMALLEST: &str = include_str!("../../../tests/data/config/smallest.toml");

const CANARY: &str = "\
strategy: canary
stages:
  - weight: 5%
    duration: 10m
    gates: [error_rate < 1%, latency_p99 < baseline * 1.1]
  - {weight: 25%, duration: 15m, gates: error_rate < 1%, environment: prod-quarter}
  - weight: 100
rollback_trigger: error_rate > 2%
";

fn rules(more: &str) -> String {
    SMALLEST.replace(
        "[rollback]",
        &format!("[strategy]\nfile = \"strategy.yaml\"\n{more}[rollback]"),
    )
}

fn with(yaml: &str) -> Result<TeamFile, String> {
    let toml = rules("");
    let beside = Beside {
        name: "strategy.yaml",
        origin: "strategy.yaml",
        bytes: yaml.as_bytes(),
    };
    parse_team_with(toml.as_bytes(), "cockpit.toml", &[beside]).map_err(|wrong| wrong.render())
}

#[test]
fn a_canary_in_yaml_is_what_the_rules_would_say() {
    assert_eq!(
        files_beside(rules("").as_bytes()),
        [("strategy.file", "strategy.yaml".to_owned())]
    );
    assert!(files_beside(SMALLEST.as_bytes()).is_empty());
    let policy = with(CANARY).unwrap().policy;
    let Strategy::Canary { stages, advance } = &policy.strategy else {
        panic!("{:?}", policy.strategy)
    };
    assert_eq!(*advance, Advance::Ask);
    let bound: Vec<_> = stages.iter().map(|stage| stage.bound.clone()).collect();
    let named = ["production-5", "prod-quarter", "production"];
    assert_eq!(
        bound,
        named.map(|name| StageBound::Environment(name.to_owned()))
    );
    let gates: Vec<usize> = stages.iter().map(|stage| stage.gates.len()).collect();
    assert_eq!(gates, [2, 1, 0]);
    assert_eq!(stages[1].duration.as_mins(), 15);
    assert_eq!(stages[2].weight, "100%");
    let triggers: Vec<&str> = policy.hypercare.triggers.iter().map(Rule::source).collect();
    assert_eq!(triggers, ["error_rate > 2% for 3m", "error_rate > 2%"]);
}

#[test]
fn the_other_kinds_in_the_forms_that_teams_use() {
    let strategy = |yaml: &str| with(yaml).unwrap().policy.strategy;
    let green = "strategy: blue-green\nvalidation_period: 15m\nrollback_trigger:\n  - error_rate > 2%\n  - latency_p99 > 2s for 3m\n";
    assert!(
        matches!(strategy(green), Strategy::BlueGreen { validation: Some(period) } if period.as_mins() == 15)
    );
    assert_eq!(with(green).unwrap().policy.hypercare.triggers.len(), 3);
    for yaml in [
        "strategy: rolling\nmax_unavailable: 25%\nmax_surge: 1\n",
        "kind: RollingUpdate\nmaxUnavailable: 25%\nmaxSurge: 1\n",
        "strategy:\n  type: rolling-update\n  maxUnavailable: \"25%\"\n  maxSurge: \"1\"\n",
    ] {
        let Strategy::Rolling {
            max_unavailable,
            max_surge,
        } = strategy(yaml)
        else {
            panic!("{yaml}")
        };
        assert_eq!(
            (max_unavailable.as_deref(), max_surge.as_deref()),
            (Some("25%"), Some("1"))
        );
    }
    assert_eq!(
        strategy("strategy: recreate\ngates: error_rate < 1%\n"),
        Strategy::Recreate
    );
    assert!(matches!(
        strategy("{\"strategy\": \"blue-green\"}"),
        Strategy::BlueGreen { validation: None }
    ));
}

#[test]
fn the_hash_is_of_both_files() {
    let hash = |yaml: &str| with(yaml).unwrap().policy.hash;
    assert_eq!(hash("strategy: recreate\n"), hash("strategy: recreate\n"));
    assert_ne!(
        hash("strategy: recreate\n"),
        hash("strategy: recreate # so\n")
    );
    assert_eq!(hash("strategy: recreate\n").len(), 64);
}

#[test]
fn mistakes_are_shown_in_the_file_that_has_them() {
    for (yaml, place, words) in [
        ("strategy: canery\n", ":1:11", "did you mean `canary`?"),
        ("stratgy: canary\n", ":1:1", "did you mean `strategy`?"),
        (
            "strategy: canary\nstages:\n  - wieght: 5%\n",
            ":3:5",
            "did you mean `weight`?",
        ),
        (
            "strategy: canary\nstages:\n  - weight: 5%\n    gates: [eror_rate < 1%]\n    duration: 10m\n  - weight: 100%\n",
            ":4:13",
            "did you mean `error_rate`?",
        ),
        (
            "strategy: canary\nstages:\n  - weight: 5%\n    gates: [error_rate < 1ms]\n    duration: 10m\n  - weight: 100%\n",
            ":4:26",
            "value like `1%`",
        ),
        (
            "strategy: canary\nstages:\n  - weight: 5%\n  - weight: 100%\n",
            ":3:",
            "without a duration",
        ),
        (
            "strategy: canary\nstages:\n  - weight: 5%\n    duration: 10min\n  - weight: 100%\n",
            ":4:15",
            "write 30s, 10m",
        ),
        ("strategy: canary\n", ":1:11", "a canary without stages"),
        (
            "strategy: canary\nstages: 5%\n",
            ":2:9",
            "the stages are a list",
        ),
        (
            "strategy: rolling\nmax_surge: lots\n",
            ":2:12",
            "neither a share",
        ),
        (
            "strategy: rolling\nvalidation_period: 5m\n",
            ":2:20",
            "another kind of strategy",
        ),
        (
            "strategy: recreate\nrollback_trigger: cpu > 5\n",
            ":2:25",
            "write `5%`",
        ),
        (
            "strategy: canary\nstages:\n  - weight: 0.05\n    duration: 10m\n  - weight: 100%\n",
            ":3:13",
            "write `5%`, or `0.05%`",
        ),
        (
            "strategy: canary\nstages:\n  - {weight: 5%, environment: a, job: b, duration: 10m}\n  - weight: 100%\n",
            ":3:5",
            "either an environment or a job",
        ),
        (
            "strategy: rolling\nmax_unavailable: 0\nmax_surge: 0%\n",
            ":3:12",
            "nothing can be replaced",
        ),
        ("strategy: recreate\nstrategy: canary\n", "", "duplicate"),
        ("stages: []\n", "", "names no strategy"),
        ("", "", "strategy.yaml"),
    ] {
        let told = with(yaml).unwrap_err();
        assert!(told.contains(words), "{words} in\n{told}");
        assert!(
            told.contains(&format!("strategy.yaml{place}")),
            "{place} in\n{told}"
        );
    }
}

#[test]
fn what_is_no_yaml_and_what_has_two_readings_is_shown_at_its_place() {
    for (yaml, place, words) in [
        (
            "strategy: canary\nstages:\n  - weight: 5%\n    duration: 10m\n  - weight: 1.0\n",
            ":5:13",
            "write `100%`, or `1%`",
        ),
        (
            "# ä\nstrategy: rolling\nmax_surge: @x\n",
            ":3:12",
            "unexpected character",
        ),
        ("strategy: canary\nstages: [\n", ":2:9", "unclosed bracket"),
        ("strategy: \"canary\n", ":1:19", "quoted scalar"),
    ] {
        let told = with(yaml).unwrap_err();
        assert!(told.contains(words), "{words} in\n{told}");
        assert!(
            told.contains(&format!("strategy.yaml{place}")),
            "{place} in\n{told}"
        );
    }
}

#[test]
fn a_file_and_a_strategy_beside_it_are_one_too_many() {
    let twice = parse_team(rules("stage_timeout = \"1h\"\n").as_bytes(), "cockpit.toml");
    let twice = twice.unwrap_err().render();
    assert!(twice.contains("both `stage_timeout` and `file`"), "{twice}");
    let unread = parse_team(rules("").as_bytes(), "cockpit.toml")
        .unwrap_err()
        .render();
    assert!(unread.contains("was not read"), "{unread}");
    for name in [
        "/etc/s.yaml",
        "../s.yaml",
        "a//s.yaml",
        "C:s.yaml",
        "s.toml",
        "",
    ] {
        let toml = rules("").replace("strategy.yaml", name);
        assert!(files_beside(toml.as_bytes()).is_empty(), "{name}");
        let told = parse_team(toml.as_bytes(), "cockpit.toml")
            .unwrap_err()
            .render();
        assert!(told.contains("no file beside this one"), "{told}");
    }
}

#[test]
fn no_rule_of_a_long_list_is_left_out() {
    let list = |rules: usize| {
        let rules: Vec<String> = (0..rules)
            .map(|n| format!("  - error_rate < {}.{}%", n % 90, 5 + n / 90))
            .collect();
        let rules = rules.join("\n");
        with(&format!("strategy: recreate\ngates:\n{rules}"))
    };
    assert_eq!(list(100).unwrap().policy.hypercare.gates.len(), 102);
    let told = list(101).unwrap_err();
    assert!(told.contains("too many rules"), "{told}");
}

#[test]
fn a_question_is_not_followed_by_a_semicolon() {
    let told = with("strategy: recreate\nrollback_trigger: cpu > 5MBs\n").unwrap_err();
    assert!(
        told.contains("did you mean `MB` or `ms`? units are"),
        "{told}"
    );
}

#[test]
fn a_rule_that_stands_twice_is_one() {
    let twice =
        "triggers = [\"error_rate > 2% for 3m\", \"error_rate > 2% for 3m\", \"error_rate > 5%\"]";
    let toml = rules("").replace("triggers = [\"error_rate > 2% for 3m\"]", twice);
    assert!(toml.contains(twice));
    let yaml = "strategy: recreate\nrollback_trigger: [error_rate > 5%, error_rate > 2% for 3m, error_rate > 9%, error_rate > 9%]\n";
    let beside = Beside {
        name: "strategy.yaml",
        origin: "strategy.yaml",
        bytes: yaml.as_bytes(),
    };
    let team = parse_team_with(toml.as_bytes(), "cockpit.toml", &[beside]).unwrap();
    let triggers = &team.policy.hypercare.triggers;
    let triggers: Vec<&str> = triggers.iter().map(Rule::source).collect();
    assert_eq!(
        triggers,
        [
            "error_rate > 2% for 3m",
            "error_rate > 5%",
            "error_rate > 9%"
        ]
    );
    let from = |at| team.trigger_from(at).to_string();
    assert_ne!(from(1), "strategy.yaml");
    assert_eq!(from(2), "strategy.yaml");
}
