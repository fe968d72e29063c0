//! Checklists: the one that cockpit brings, a team's own, and everything that may be wrong with one.

use std::fmt::Write as _;

use crate::{
    config::{Beside, files_beside, parse_team, parse_team_with},
    domain::{
        checklist::{Binding, Checklist, When},
        policy::Policy,
        question::{Ask, Wanted},
    },
};

const SMALLEST: &str = include_str!("../../../tests/data/config/smallest.toml");

fn rules(approval: &str) -> String {
    format!("{SMALLEST}\n[approval]\n{approval}")
}

fn built_in(more: &str) -> Policy {
    let text = rules(&format!("checklist = \"production-gate\"\n{more}"));
    parse_team(text.as_bytes(), "cockpit.toml")
        .unwrap_or_else(|wrong| panic!("{wrong}"))
        .policy
}

fn own(template: &str) -> Result<Policy, String> {
    let toml = rules("checklist = \"checklist.toml\"\n");
    assert_eq!(
        files_beside(toml.as_bytes()),
        [("approval.checklist", "checklist.toml".to_owned())]
    );
    let beside = Beside {
        name: "checklist.toml",
        origin: "checklist.toml",
        bytes: template.as_bytes(),
    };
    parse_team_with(toml.as_bytes(), "cockpit.toml", &[beside])
        .map(|team| team.policy)
        .map_err(|wrong| wrong.render())
}

fn item(checklist: &Checklist, id: &str) -> Option<Binding> {
    checklist
        .item(id)
        .unwrap_or_else(|| panic!("{id}"))
        .auto
        .clone()
}

#[test]
fn the_built_in_has_twelve_sections_over_before_during_and_after() {
    let checklist = built_in("").checklist.unwrap();
    let titles: Vec<&str> = checklist
        .sections
        .iter()
        .map(|one| one.title.as_str())
        .collect();
    assert_eq!(
        titles,
        [
            "Approval requirements",
            "Readiness",
            "Operational readiness",
            "Backup and recovery",
            "Communication",
            "Execution",
            "Post-deployment verification",
            "Monitoring verification",
            "Release documentation",
            "Stakeholder communication",
            "Hypercare",
            "Compliance iteration"
        ]
    );
    for when in [When::Before, When::During, When::After] {
        assert!(checklist.items().filter(|item| item.when == when).count() >= 3);
    }
}

#[test]
fn what_the_rules_do_not_let_cockpit_see_is_ticked_by_hand() {
    let checklist = built_in("").checklist.unwrap();
    assert_eq!(
        item(&checklist, "tests"),
        Some(Binding::Gate("staging".into()))
    );
    for id in [
        "signoffs",
        "window",
        "smoke-before",
        "security",
        "compliant",
    ] {
        assert_eq!(item(&checklist, id), None, "{id}");
    }
    let more = "compliance = { file = \".release/compliance.json\", limit = 3 }\nsignoffs = { security = { people = [\"dora\"] } }\n";
    let checklist = built_in(more).checklist.unwrap();
    assert_eq!(
        item(&checklist, "signoffs"),
        Some(Binding::Gate("signoffs".into()))
    );
    let Some(Binding::Outside(Ask::File { wants, .. })) = item(&checklist, "compliant") else {
        panic!("a state file")
    };
    assert_eq!(wants, Wanted::Compliant { limit: 3 });
}

const OWN: &str = r#"
[[section]]
title = "Ours"
items = [
  { id = "log", text = "The changelog tells of it", auto = { file = "CHANGELOG.md" } },
  { id = "backup", text = "A backup of today", auto = { command = ["ops/backup-age"], within = "24h" } },
  { id = "traffic", text = "The error rate is seen", auto = { metric = "error_rate" } },
  { id = "quiet", text = "No 5xx alarm", when = "after", auto = { alarm = "checkout-5xx" } },
  { id = "tagged", text = "Tagged", required = false, auto = { tag = "v" } },
  { id = "coffee", text = "There is coffee", when = "during" } ]
"#;

#[test]
fn a_team_s_own_is_read_and_part_of_the_rules_hash() {
    let policy = own(OWN).unwrap();
    let checklist = policy.checklist.as_ref().unwrap();
    assert_eq!(checklist.name, "checklist");
    assert_eq!(checklist.items().count(), 6);
    assert_eq!(policy.questions().len(), 3);
    assert_eq!(policy.own_programs()[0].as_str(), "ops/backup-age");
    let other = own(&format!("{OWN}\n# more\n")).unwrap();
    assert_ne!(policy.hash, other.hash);
    assert_eq!(policy.beside, ["checklist.toml"]);
}

/// What is changed in [`OWN`], and what is said then.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("id = \"log\"", "id = \"backup\"", "two items `backup`"),
    ("id = \"log\"", "id = \"The Log\"", "no id of an item"),
    (
        "text = \"The changelog tells of it\"",
        "text = \"\"",
        "no line of 1 to 160",
    ),
    (
        "text = \"The changelog tells of it\"",
        "text = \"The changelog\\u202E tells\"",
        "no line of 1 to 160",
    ),
    (
        "metric = \"error_rate\"",
        "metric = \"error_rat\"",
        "did you mean `error_rate`?",
    ),
    (
        "metric = \"error_rate\"",
        "gate = \"stagin\"",
        "did you mean `staging`?",
    ),
    (
        "metric = \"error_rate\"",
        "gate = \"checklist\"",
        "no gate `checklist`",
    ),
    (
        "metric = \"error_rate\"",
        "gate = \"blackout\"",
        "ask nothing of the gate",
    ),
    (
        "metric = \"error_rate\"",
        "evidence = \"load\"",
        "no evidence `load`",
    ),
    (
        "metric = \"error_rate\"",
        "smoke = \"before\"",
        "no such smoke tests",
    ),
    (
        "metric = \"error_rate\"",
        "prerequisite = \"x\"",
        "names none",
    ),
    (
        "metric = \"error_rate\"",
        "compliance = true",
        "no state file",
    ),
    (
        "metric = \"error_rate\"",
        "metric = \"error_rate\", tag = true",
        "exactly one thing",
    ),
    (
        "auto = { metric = \"error_rate\" }",
        "auto = {}",
        "exactly one thing",
    ),
    (
        "metric = \"error_rate\"",
        "metric = \"error_rate\", within = \"1h\"",
        "without `command`",
    ),
    ("metric =", "metrc =", "did you mean `metric`?"),
    (
        "when = \"after\"",
        "when = \"aftr\"",
        "did you mean \"after\"?",
    ),
    ("CHANGELOG.md", "[", "no glob"),
    ("within = \"24h\"", "within = \"24\"", "no unit"),
    (
        "title = \"Ours\"",
        "titel = \"Ours\"",
        "did you mean `title`?",
    ),
];

#[test]
fn mistakes_are_shown_in_the_file_with_the_nearest_name() {
    for (from, to, words) in MISTAKES {
        assert!(OWN.contains(from), "{from}");
        let told = own(&OWN.replacen(from, to, 1)).unwrap_err();
        assert!(told.contains(words), "{to}: {words} in\n{told}");
        assert!(told.contains("checklist.toml:"), "a place in\n{told}");
    }
}

#[test]
fn huge_empty_and_hostile_files_are_refused_without_a_panic() {
    let mut huge = "[[section]]\ntitle = \"a\"\nitems = [\n".to_owned();
    for at in 0..200 {
        let _ = writeln!(huge, "{{ id = \"i{at}\", text = \"x\" }},");
    }
    huge.push(']');
    assert!(own(&huge).unwrap_err().contains("200 items"));
    for text in [
        "",
        "section = []",
        "[[section]]\ntitle = \"a\"\nitems = []",
        "[",
        "a = 1",
        "section = 3",
    ] {
        assert!(own(text).is_err(), "{text}");
    }
    let hostile = OWN.replace("There is coffee", "\\u001b[2Jcoffee");
    let told = own(&hostile).unwrap_err();
    assert!(
        told.contains("no line of") && !told.contains('\u{1b}'),
        "{told}"
    );
    let long = OWN.replace("There is coffee", &"x".repeat(161));
    assert!(own(&long).is_err());
}

#[test]
fn a_name_that_is_neither_is_refused() {
    for (name, words) in [
        ("production-gat", "did you mean \"production-gate\"?"),
        ("../checklist.toml", "no checklist"),
        ("mine.yaml", "beside this one"),
    ] {
        let text = rules(&format!("checklist = \"{name}\"\n"));
        let told = parse_team(text.as_bytes(), "cockpit.toml")
            .unwrap_err()
            .render();
        assert!(told.contains(words), "{words} in\n{told}");
    }
    let alone = rules("compliance = { file = \"c.json\" }\n");
    let told = parse_team(alone.as_bytes(), "cockpit.toml")
        .unwrap_err()
        .render();
    assert!(told.contains("without a checklist"), "{told}");
}
