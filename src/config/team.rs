//! Reads a team's `cockpit.toml` from its bytes: everything that is wrong at once, or the rules.

use std::fmt::Write as _;

use serde::Deserialize as _;
use sha2::{Digest, Sha256};
use toml::de::DeTable;

use super::{
    At,
    beside::Beside,
    diagnostic::{Diagnostic, Diagnostics},
    file::TeamTable,
    largest::LARGEST,
    resolve::{AwsAccount, FlagsSource, ProductionVersion, SmokeSuites, checklist, resolve_team},
    schema, shape,
    smoke::parse_smoke,
    strategy::{self, WrittenStrategy},
};
use crate::domain::policy::Policy;

/// A team's file, read, checked and resolved.
#[derive(Debug, Clone)]
pub struct TeamFile {
    /// Its name for people: a path, or `cockpit.toml of acme/shop (main)`.
    pub origin: String,
    /// The file as written, for what the rules have no place for yet.
    pub table: TeamTable,
    /// The rules, as the journal's first event carries them.
    pub policy: Policy,
    /// `github.repository`, as `owner/name`.
    pub repository: Option<String>,
    /// `[[aws]]`.
    pub aws: Vec<AwsAccount>,
    /// `production.version`.
    pub production: Option<ProductionVersion>,
    /// The tests that `[smoke]` names; empty where its files were not given.
    pub smoke: SmokeSuites,
    /// `[flags]`: how their provider is asked.
    pub flags: Option<FlagsSource>,
    /// What `strategy.file` says.
    pub(super) written: Option<WrittenStrategy>,
}

/// Reads rules that name no other file; `origin` is the name for people in messages.
pub fn parse_team(bytes: &[u8], origin: &str) -> Result<TeamFile, Diagnostics> {
    parse_team_with(bytes, origin, &[])
}

/// Reads rules with the files that they name ([`super::files_beside`], in that order); their bytes are part of the rules' hash.
pub fn parse_team_with(
    bytes: &[u8],
    origin: &str,
    beside: &[Beside<'_>],
) -> Result<TeamFile, Diagnostics> {
    let text = text_of(bytes, origin)?;
    let mut whole = bytes.to_vec();
    for file in beside {
        whole.push(0);
        whole.extend_from_slice(file.bytes);
    }
    read(text, hash(&whole), origin, beside)
}

fn text_of<'b>(bytes: &'b [u8], origin: &str) -> Result<&'b str, Diagnostics> {
    if bytes.len() > LARGEST {
        let point = Diagnostic::whole(format!(
            "{} bytes are more than a rules file has",
            bytes.len()
        ));
        return Err(Diagnostics::one(origin, point));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|b| *b == b'\n').count();
        let point = Diagnostic::whole(format!("line {line} is not UTF-8"));
        Diagnostics::one(origin, point.help("save the file as UTF-8"))
    })
}

fn read(
    text: &str,
    hash: String,
    origin: &str,
    beside: &[Beside<'_>],
) -> Result<TeamFile, Diagnostics> {
    let ours = |list| Diagnostics::new(origin, text, list);
    let (table, raw, mut list) = document(text).map_err(ours)?;
    let named = |file: Option<&At<String>>| {
        let name = file?.value.as_str();
        beside.iter().find(|known| known.name == name)
    };
    let strategy = named(table.strategy.as_ref().and_then(|at| at.file.as_ref()));
    let strategy = strategy
        .map(|file| Ok((file.origin, text_of(file.bytes, file.origin)?)))
        .transpose()?;
    let theirs = |list| {
        let (name, text) = strategy.unwrap_or((origin, text));
        Diagnostics::new(name, text, list)
    };
    let written = strategy.map(|(_, text)| strategy::read(text, &table.github.environment.value));
    let written = written.transpose().map_err(theirs)?;
    let suite = |file: Option<&At<String>>| {
        let file = named(file);
        file.map(|file| parse_smoke(file.bytes, file.origin))
            .transpose()
    };
    let smoke = table.smoke.as_ref();
    let suites = SmokeSuites {
        before: suite(smoke.and_then(|at| at.before.as_ref()))?,
        after: suite(smoke.and_then(|at| at.after.as_ref()))?,
    };
    let (mut resolution, wrong, wrong_beside) =
        resolve_team(&table, &raw, hash, written.as_ref(), &suites);
    let template = named(table.approval.checklist.as_ref());
    let template = template
        .map(|file| Ok((file.origin, text_of(file.bytes, file.origin)?)))
        .transpose()?;
    let own = template.map(|(_, text)| text);
    let (checklist, wrong_key, wrong_list) = checklist(&table, own, &resolution.policy);
    resolution.policy.checklist = checklist;
    list.extend(wrong_key);
    let names = beside.iter().map(|file| file.name.to_owned());
    resolution.policy.beside = names.collect();
    list.extend(wrong);
    if !list.is_empty() {
        return Err(ours(list));
    }
    if !wrong_beside.is_empty() {
        return Err(theirs(wrong_beside));
    }
    if !wrong_list.is_empty() {
        let (name, text) = template.unwrap_or((origin, text));
        return Err(Diagnostics::new(name, text, wrong_list));
    }
    Ok(TeamFile {
        origin: origin.to_owned(),
        table,
        policy: resolution.policy,
        repository: resolution.repository,
        aws: resolution.aws,
        production: resolution.production,
        smoke: suites,
        flags: resolution.flags,
        written,
    })
}

/// The document as structs and as plain values, with what its shape has wrong.
fn document(text: &str) -> Result<(TeamTable, toml::Table, Vec<Diagnostic>), Vec<Diagnostic>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(errors.iter().map(Diagnostic::from).collect());
    }
    let mut list = shape::check(schema::team().as_value(), &document);
    let table = TeamTable::deserialize(toml::Deserializer::from(document));
    let raw: Result<toml::Table, _> = toml::from_str(text);
    let (table, raw) = match (table, raw) {
        (Ok(table), Ok(raw)) => (table, raw),
        (Err(error), _) | (_, Err(error)) => {
            // The shape's own points say it better; this one is for what they do not know.
            if list.is_empty() {
                list.push(Diagnostic::from(&error));
            }
            return Err(list);
        }
    };
    Ok((table, raw, list))
}

/// SHA-256, hexadecimal.
fn hash(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::{Effect, GateKind, Side, StageBound, Strategy};

    const SMALLEST: &str = include_str!("../../tests/data/config/smallest.toml");
    const CANARY: &str = include_str!("../../tests/data/config/canary.toml");

    /// The smallest file with a piece of it replaced: what is said then.
    fn refused(from: &str, to: &str) -> String {
        assert!(SMALLEST.contains(from), "{from}");
        let text = SMALLEST.replacen(from, to, 1);
        parse_team(text.as_bytes(), "cockpit.toml")
            .unwrap_err()
            .render()
    }

    #[test]
    fn the_smallest_file_resolves_with_its_defaults() {
        let team = parse_team(SMALLEST.as_bytes(), "cockpit.toml").unwrap();
        let policy = &team.policy;
        assert_eq!(policy.service, "storefront");
        assert_eq!(policy.hash.len(), 64);
        assert_eq!(policy.strategy, Strategy::Recreate);
        assert_eq!(policy.hypercare.max_wait.as_mins(), 45);
        assert_eq!(policy.approval.escalate_after.as_hours(), 4);
        assert_eq!(policy.gates["tests"].no_data, Effect::Block);
        assert_eq!(policy.gates["load"].fail, Effect::Warn);
        let names: Vec<&str> = policy.metrics.iter().map(|m| m.name.0.as_str()).collect();
        for name in ["error_rate", "latency_p99", "cpu"] {
            assert!(names.contains(&name), "{name} in {names:?}");
        }
        let back = policy.rollback.as_ref().unwrap().dispatch.as_ref().unwrap();
        assert_eq!(back.inputs["id"], "{release_id}");
    }

    #[test]
    fn the_full_file_resolves_and_says_what_has_no_effect_yet() {
        let team = parse_team(CANARY.as_bytes(), "cockpit.toml").unwrap();
        let policy = &team.policy;
        let Strategy::Canary { stages, .. } = &policy.strategy else {
            panic!("a canary");
        };
        assert_eq!(stages.len(), 3);
        assert_eq!(
            stages[2].bound,
            StageBound::Environment("prod-checkout".to_owned())
        );
        assert_eq!(policy.gates["load"].no_data, Effect::Reason);
        assert_eq!(policy.gates["security"].fail, Effect::Block);
        assert_eq!(policy.gates["security"].ambiguous, Effect::Warn);
        assert!(policy.metrics.iter().any(|m| m.name.0 == "db.cpu"));
        assert!(policy.metrics.iter().any(|m| m.side == Side::Control));
        assert_eq!(policy.approval.deploy_timeout.as_hours(), 2);
        assert_eq!(policy.paths, ["services/checkout/**"]);
        let coverage = policy.evidence.iter().find(|rule| rule.max_drop.is_some());
        assert_eq!(coverage.and_then(|rule| rule.max_drop), Some(1.0));
        assert_eq!(policy.known_failures[0].test, "e2e::currency");
    }

    #[test]
    fn a_baseline_and_a_comments_author_are_read_and_wrong_ones_refused() {
        let with = |evidence: &str| {
            let tests = "tests = { artifact = \"junit\", workflow = \"ci.yml\", required = true }";
            assert!(SMALLEST.contains(tests));
            SMALLEST.replace(tests, evidence)
        };
        let file = with(
            "load = { artifact = \"k6\", baseline = { p99 = \"180ms\", p50 = \"0.04s\", throughput = 1240.0, failed = \"0%\" } }\n\
             explain = { pull_request = true, author = \"explain-bot[bot]\" }",
        );
        let policy = parse_team(file.as_bytes(), "x").unwrap().policy;
        let baseline = policy.load_baseline.unwrap();
        assert_eq!((baseline.p50, baseline.p99), (Some(40.0), Some(180.0)));
        assert_eq!((baseline.p95, baseline.failed), (None, Some(0.0)));
        assert_eq!(policy.explain.author.unwrap().as_str(), "explain-bot[bot]");
        for (wrong, said) in [
            (
                "load = { artifact = \"k6\", baseline = { p99 = \"180\" } }",
                "180ms",
            ),
            (
                "load = { artifact = \"k6\", baseline = {} }",
                "holds no figure",
            ),
            (
                "load = { artifact = \"k6\", baseline = { throughput = -1.0 } }",
                "requests a second",
            ),
            (
                "load = { artifact = \"k6\", baseline = { p98 = \"1s\" } }",
                "p98",
            ),
            ("explain = { author = \"not a login\" }", "login"),
        ] {
            let error = parse_team(with(wrong).as_bytes(), "x")
                .unwrap_err()
                .render();
            assert!(error.contains(said), "{wrong}\n{error}");
        }
    }

    #[test]
    fn a_policy_survives_the_journal() {
        let policy = parse_team(CANARY.as_bytes(), "x").unwrap().policy;
        let written = serde_json::to_string(&policy).unwrap();
        let read: Policy = serde_json::from_str(&written).unwrap();
        assert_eq!(read, policy);
    }

    #[test]
    fn several_mistakes_are_told_at_once_each_at_its_place() {
        let text = SMALLEST
            .replace("window = \"15m\"", "window = \"15min\"")
            .replace("environment =", "enviroment =")
            .replace("required = true", "required = \"yes\"");
        let said = parse_team(text.as_bytes(), "cockpit.toml").unwrap_err();
        assert_eq!(said.list.len(), 3, "{said}");
        let text = said.render();
        for words in [
            "unknown key `enviroment`",
            "did you mean `environment`?",
            "[github] is missing `environment`",
            "`evidence.tests.required` must be true or false",
        ] {
            assert!(text.contains(words), "{words} in {text}");
        }
    }

    #[test]
    fn wrong_values_are_refused_with_what_to_write() {
        for (from, to, words) in [
            ("\"15m\"", "\"15min\"", "write 30s, 10m, 2h or 7d"),
            ("\"15m\"", "15", "must be a string"),
            ("< 1%", "< 1ms", "wrong rule"),
            (
                "error_rate < 1%",
                "eror_rate < 1%",
                "did you mean `error_rate`?",
            ),
            ("> 2% for 3m", "> 2% fro 3m", "wrong rule"),
            (
                "preset = \"ecs\"",
                "preset = \"esc\"",
                "did you mean \"ecs\"?",
            ),
            (
                "cluster = \"prod\"",
                "clustr = \"prod\"",
                "did you mean `cluster`?",
            ),
            ("\"{version}\"", "\"{verison}\"", "did you mean {version}?"),
            ("\"/sha\"", "\"sha\"", "begins with a slash"),
            (
                "https://app",
                "https://user:pw@app",
                "secrets never stand in the file",
            ),
            ("\"deploy.yml\"", "\"Deploy\"", "no workflow file"),
            (
                "\"junit\"",
                "\"ghp_0123456789abcdefgh\"",
                "looks like a token",
            ),
            (
                "[rollback]",
                "[gates]\nmetricks = { fail = \"block\" }\n[rollback]",
                "did you mean `metrics`?",
            ),
            (
                "[rollback]",
                "[gates]\nload = { fail = \"blok\" }\n[rollback]",
                "did you mean \"block\"?",
            ),
            (
                "[rollback]",
                "[strategy]\nkind = \"canary\"\n[rollback]",
                "a canary without stages",
            ),
            (
                "[rollback]",
                "[strategy]\nkind = \"rolling\"\nfile = \"s.yaml\"\n[rollback]",
                "both `kind` and `file`",
            ),
            (
                "[rollback]",
                "[[blackout]]\nname = \"x\"\nrrule = \"FREQ=WEEKLY\"\nstart = \"17:00\"\nlength = \"2h\"\nzone = \"Europe/Berln\"\n[rollback]",
                "Europe/Berlin",
            ),
            (
                "service = \"web\" } ]",
                "service = \"web\" }, { preset = \"rds\", instance = \"x\" } ]",
                "name this preset",
            ),
            (
                "environment = \"production\"",
                "environment = \"production\"\ngate = \"dispach\"",
                "did you mean \"dispatch\"?",
            ),
        ] {
            let text = refused(from, to);
            assert!(text.contains(words), "{to}: {words} in\n{text}");
            assert!(text.contains("cockpit.toml:"), "a place in\n{text}");
        }
    }

    #[test]
    fn a_file_that_is_no_toml_or_no_text_is_refused_without_a_panic() {
        for bytes in [
            &b"service = "[..],
            b"a = 1\n\xff",
            b"",
            b"[[github]]\n",
            b"\"\"=1",
            b"a.b.c=1\na=2",
        ] {
            assert!(parse_team(bytes, "f").is_err(), "{bytes:?}");
        }
        let deep = format!("a = {}{}", "[".repeat(5_000), "]".repeat(5_000));
        assert!(parse_team(deep.as_bytes(), "f").is_err());
        assert!(parse_team(&vec![b'#'; LARGEST + 1], "f").is_err());
    }

    #[test]
    fn dispatch_has_a_workflow_and_inputs_even_where_none_are_written() {
        let text = SMALLEST.replace("job = ", "gate = \"dispatch\"\njob = ");
        let target = parse_team(text.as_bytes(), "f").unwrap().policy.target;
        assert_eq!(target.gate, GateKind::Dispatch);
        let dispatch = target.dispatch.unwrap();
        assert_eq!(
            (dispatch.workflow.as_str(), dispatch.inputs["sha"].as_str()),
            ("deploy.yml", "{sha}")
        );
    }

    #[test]
    fn risk_has_weights_by_factor_and_two_thresholds() {
        use crate::domain::risk::{Factor, Level};
        let with = |table: &str| format!("{SMALLEST}\n{table}");
        let text = with("[risk]\nmedium = 20\nweights = { hot_paths = 40, flaky_tests = 0 }");
        let rule = parse_team(text.as_bytes(), "cockpit.toml")
            .unwrap()
            .policy
            .risk;
        assert_eq!(rule.weight(Factor::HotPaths), 40);
        assert_eq!(rule.weight(Factor::FlakyTests), 0);
        assert_eq!(rule.weight(Factor::Migrations), Factor::Migrations.weight());
        assert_eq!(rule.level(20), Level::Medium);
        for (table, said) in [
            (
                "[risk]\nweights = { hot_path = 4 }",
                "did you mean `hot_paths`?",
            ),
            ("[risk]\nweights = { hot_paths = 400 }", "beyond 100"),
            ("[risk]\nmedium = 70", "below medium at 70"),
            ("[risk]\nmedium = -1", "cockpit.toml"),
        ] {
            let text = with(table);
            let errors = parse_team(text.as_bytes(), "cockpit.toml")
                .unwrap_err()
                .render();
            assert!(errors.contains(said), "{table}: {errors}");
        }
    }
}
