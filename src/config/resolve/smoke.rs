//! `[smoke]`: which files of tests run around a release, where they go, and what they may not name.

use super::{findings::Findings, target};
use crate::{
    config::{
        At,
        diagnostic::Diagnostic,
        file::{SmokeTable, TeamTable},
        strategy::is_below,
    },
    domain::{
        policy::{SMOKE_VARIABLES, SmokeRule, SmokeRules},
        smoke::{Suite, Target, Test},
    },
};

/// The endings of a file of tests.
pub(in crate::config) const ENDINGS: [&str; 4] = ["toml", "json", "yaml", "yml"];

/// The tests of the files that `[smoke]` names, as they were read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SmokeSuites {
    /// Before the approval.
    pub before: Option<Suite>,
    /// After each stage.
    pub after: Option<Suite>,
}

pub(super) fn smoke(table: &TeamTable, suites: &SmokeSuites, found: &mut Findings) -> SmokeRules {
    let Some(at) = &table.smoke else {
        return SmokeRules::default();
    };
    let url = address("smoke.url", at.url.as_ref(), found);
    let before = address("smoke.url_before", at.url_before.as_ref(), found);
    if at.before.is_none() && at.after.is_none() {
        let help = "add `before = \"smoke.toml\"`, `after`, or both";
        found.wrong(&at.span, "[smoke] names no file", help);
    }
    if let (Some(url), None) = (&at.url_before, &at.before) {
        let help = "add `before = \"smoke.toml\"`, or remove it";
        found.wrong(&url.span, "`url_before` without `before`", help);
    }
    let before_url = before.or_else(|| url.clone());
    SmokeRules {
        before: rule(
            at,
            at.before.as_ref(),
            suites.before.as_ref(),
            before_url,
            found,
        ),
        after: rule(at, at.after.as_ref(), suites.after.as_ref(), url, found),
    }
}

fn address(key: &str, at: Option<&At<String>>, found: &mut Findings) -> Option<String> {
    let url = found.read(key, at?, |raw| target::address(raw))?;
    if url.contains(['?', '#']) {
        let span = &at?.span;
        let help = "write those in the tests";
        found.wrong(span, "the address ends before `?` and `#`", help);
    }
    Some(url)
}

fn rule(
    table: &At<SmokeTable>,
    file: Option<&At<String>>,
    suite: Option<&Suite>,
    url: Option<String>,
    found: &mut Findings,
) -> Option<SmokeRule> {
    let file = file?;
    if !is_below(file, &ENDINGS) {
        let help = "name a file beside cockpit.toml: \"smoke.toml\"";
        found.wrong(&file.span, "no file beside this one", help);
        return None;
    }
    for test in suite.iter().flat_map(|suite| &suite.tests) {
        if matches!(test.target, Target::Path(_)) && url.is_none() && test.skip.is_none() {
            let message = format!("\"{}\" of {} has a path", test.name, file.value);
            let help = "add `url = \"https://app.example.com\"` to [smoke]";
            found.wrong(&table.span, message, help);
            break;
        }
    }
    if let Some(point) = suite.and_then(|suite| foreign(file, suite)) {
        found.add(point);
    }
    Some(SmokeRule {
        file: file.value.clone(),
        url,
    })
}

/// A variable that tests of the repository may not have: they run by themselves, and go where their file says.
fn foreign(file: &At<String>, suite: &Suite) -> Option<Diagnostic> {
    let named = suite.tests.iter().filter(|test| test.skip.is_none());
    let name = named
        .flat_map(Test::variables)
        .find(|name| !name.starts_with(SMOKE_VARIABLES))?;
    let message = format!("{} names the variable {name}", file.value);
    let help = format!(
        "tests that run by themselves get only variables named {SMOKE_VARIABLES}...: rename it"
    );
    Some(Diagnostic::at(file.span.clone(), message).help(help))
}

#[cfg(test)]
mod tests {
    use crate::{
        config::{Beside, TeamFile, files_beside, parse_team, parse_team_with},
        domain::smoke::Target,
    };

    const SMALLEST: &str = include_str!("../../../tests/data/config/smallest.toml");
    const TESTS: &str = "[[tests]]\nname = \"health\"\npath = \"/health\"\nheaders = { authorization = \"Bearer env:SMOKE_TOKEN\" }\n";

    fn rules(smoke: &str) -> String {
        format!("{SMALLEST}\n[smoke]\n{smoke}")
    }

    fn with(smoke: &str, tests: &str) -> Result<TeamFile, String> {
        let toml = rules(smoke);
        let files = files_beside(toml.as_bytes());
        let beside: Vec<Beside<'_>> = files
            .iter()
            .map(|(_, name)| Beside {
                name,
                origin: name,
                bytes: tests.as_bytes(),
            })
            .collect();
        parse_team_with(toml.as_bytes(), "cockpit.toml", &beside).map_err(|wrong| wrong.render())
    }

    #[test]
    fn the_files_are_read_once_and_go_where_the_rules_say() {
        let both =
            "before = \"smoke.toml\"\nafter = \"smoke.toml\"\nurl = \"https://app.example.com\"\n";
        assert_eq!(
            files_beside(rules(both).as_bytes()),
            [("smoke.before", "smoke.toml".to_owned())]
        );
        let team = with(both, TESTS).unwrap();
        let rules = &team.policy.smoke;
        assert_eq!(rules.before, rules.after);
        assert_eq!(
            rules.after.as_ref().unwrap().url.as_deref(),
            Some("https://app.example.com")
        );
        let suite = team.smoke.before.unwrap();
        assert_eq!(suite.tests[0].target, Target::Path("/health".into()));
        assert_eq!(team.policy.beside, ["smoke.toml"]);
        let apart = format!("{both}url_before = \"https://blue.example.com\"\n");
        let policy = with(&apart, TESTS).unwrap().policy;
        let before = policy.smoke.before.unwrap();
        assert_eq!(before.url.as_deref(), Some("https://blue.example.com"));
    }

    #[test]
    fn the_hash_is_of_the_tests_too() {
        let after = "after = \"smoke.toml\"\nurl = \"https://a.example\"\n";
        let hash = |tests: &str| with(after, tests).unwrap().policy.hash;
        assert_eq!(hash(TESTS), hash(TESTS));
        assert_ne!(hash(TESTS), hash(&format!("{TESTS}# more\n")));
        let alone = parse_team(rules(after).as_bytes(), "x").unwrap();
        assert_ne!(hash(TESTS), alone.policy.hash);
    }

    #[test]
    fn what_cannot_run_by_itself_is_refused_with_what_to_do() {
        let good = "before = \"smoke.toml\"\nurl = \"https://a.example\"\n";
        for (smoke, tests, words) in [
            ("before = \"smoke.toml\"\n", TESTS, "add `url = "),
            (
                good,
                &TESTS.replace("SMOKE_TOKEN", "GH_TOKEN"),
                "only variables named SMOKE_",
            ),
            (good, &TESTS.replace("path", "pth"), "smoke.toml:3:1"),
            (
                "before = \"../smoke.toml\"\n",
                TESTS,
                "no file beside this one",
            ),
            ("before = \"smoke.sh\"\n", TESTS, "no file beside this one"),
            ("url = \"https://a.example\"\n", TESTS, "names no file"),
            (
                "before = \"smoke.toml\"\nurl = \"https://u:p@a\"\n",
                TESTS,
                "secrets never stand",
            ),
            (
                "before = \"smoke.toml\"\nurl = \"https://a/?x=1\"\n",
                TESTS,
                "ends before `?`",
            ),
            (
                "after = \"smoke.toml\"\nurl = \"https://a.example\"\nurl_before = \"https://b.example\"\n",
                TESTS,
                "without `before`",
            ),
            ("befor = \"smoke.toml\"\n", TESTS, "did you mean `before`?"),
        ] {
            let told = with(smoke, tests).unwrap_err();
            assert!(told.contains(words), "{words} in\n{told}");
        }
    }
}
