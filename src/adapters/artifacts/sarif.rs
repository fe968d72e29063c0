//! SARIF 2.1.0: what each result is worth, and whether it counts.
//!
//! The level is the result's own, else what the run's configuration or the rule's default say, else `warning` (SARIF
//! 3.27.10). A `security-severity` of the rule or the result goes before it, as in GitHub's code scanning. An error without
//! one is grave where rule, result or tool are about security, else a linter's: counted apart. Results that passed, that do not apply, that are absent now, or that someone suppressed do not count.

use std::collections::HashMap;

use super::loose::Word;
use super::sarif_wire::{Component, Finding, Message, Rule, RuleReference, Run};
use crate::domain::evidence::{SecurityScan, SeenFinding, Severity, Standing};

/// Takes a run's findings.
pub(super) fn read_run(run: &Run, scan: &mut SecurityScan) {
    let rules = Rules::of(run);
    let tool = run.tool.0.driver.0.name.as_str();
    scan.tool(tool);
    for invocation in &run.invocations.0 {
        let notes = &invocation.tool_execution_notifications.0;
        let mut errors = notes.iter().filter(|note| note.level.as_str() == "error");
        if invocation.execution_successful.as_str() == "false" {
            let why = errors
                .next()
                .map_or("no reason is given", |note| note.message.0.text.as_str());
            scan.incomplete(&format!(
                "{tool} says that it did not get to its end: {why}"
            ));
        } else if let Some(note) = errors.next() {
            scan.problem(&format!("{tool}: {}", note.message.0.text.as_str()));
        }
    }
    let Some(results) = &run.results else {
        scan.incomplete(&format!("{tool} did not look: its run has no results"));
        return;
    };
    for finding in &results.0 {
        read_finding(run, &rules, finding, scan);
    }
}

fn read_finding(run: &Run, rules: &Rules<'_>, finding: &Finding, scan: &mut SecurityScan) {
    let is_told = is(&finding.kind, &["pass", "notApplicable"]);
    let standing = match &finding.baseline_state {
        state if is(state, &["new"]) => Standing::New,
        state if is(state, &["unchanged", "updated"]) => Standing::Known,
        state if is(state, &["absent"]) => return,
        _ => Standing::Untold,
    };
    if is_told {
        return;
    }
    if is_suppressed(finding) {
        scan.suppressed();
        return;
    }
    let rule = rules.of_finding(finding);
    let id = finding
        .rule_id
        .told()
        .or_else(|| finding.rule.0.id.told())
        .or_else(|| rule.and_then(|rule| rule.id.told()))
        .unwrap_or("(no rule)");
    let (file, place) = place(run, finding);
    let message = &finding.message.0;
    let by_rule = rule.and_then(|rule| by_id(rule, message));
    let message = message
        .text
        .told()
        .or_else(|| message.markdown.told())
        .or(by_rule.as_deref())
        .or_else(|| rule?.short_description.0.text.told())
        .or_else(|| rule?.name.told())
        .unwrap_or("");
    let identity = identity(finding);
    scan.finding(&SeenFinding {
        severity: severity(rules, rule, finding),
        rule: id,
        place: &place,
        message,
        identity: match &identity {
            Some(identity) => (file, identity),
            None => (file, message),
        },
        standing,
    });
}

/// Whether a word is one of these; some write them in capitals.
fn is(word: &Word, wanted: &[&str]) -> bool {
    let word = word.as_str();
    wanted.iter().any(|one| word.eq_ignore_ascii_case(one))
}

/// The rule's string that a message names instead of having a text (SARIF 3.11.7).
fn by_id(rule: &Rule, message: &Message) -> Option<String> {
    let id = message.id.told()?;
    let mut strings = rule.message_strings.0.iter();
    let (_, found) = strings.find(|(key, _)| key == id)?;
    let mut text = found.0.text.told()?.to_owned();
    for (at, word) in message.arguments.0.iter().take(8).enumerate() {
        text = text.replace(&format!("{{{at}}}"), word.as_str());
    }
    Some(text)
}

/// Someone suppressed it, and nobody refused or still looks at that (SARIF 3.27.23).
fn is_suppressed(finding: &Finding) -> bool {
    let all = &finding.suppressions.0;
    let refused = ["underReview", "rejected"];
    !all.is_empty() && !all.iter().any(|one| is(&one.status, &refused))
}

/// What stays the same when lines move, by the tool's own word.
fn identity(finding: &Finding) -> Option<String> {
    let prints = [&finding.fingerprints, &finding.partial_fingerprints];
    let prints = prints.into_iter().find(|prints| !prints.0.is_empty())?;
    let mut all: Vec<(&str, &str)> = prints
        .0
        .iter()
        // The hash of a start column moves with an indentation.
        .filter(|(key, _)| !key.contains("StartColumn"))
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    all.sort_unstable();
    let text: Vec<String> = all
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    (!text.is_empty()).then(|| text.join(";"))
}

/// The file, and the place as people write it.
fn place<'r>(run: &'r Run, finding: &'r Finding) -> (&'r str, String) {
    let Some(location) = finding.locations.0.first() else {
        return ("", String::new());
    };
    let physical = &location.physical_location.0;
    let at = &physical.artifact_location.0;
    let uri = at.uri.told().or_else(|| {
        let artifact = run.artifacts.0.get(at.index.index()?)?;
        artifact.location.0.uri.told()
    });
    let file = uri.map(|uri| uri.strip_prefix("file://").unwrap_or(uri));
    if let Some(file) = file {
        let line = physical.region.0.start_line.count();
        let place = line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}"));
        return (file, place);
    }
    let logical = location.logical_locations.0.first();
    let name = logical.and_then(|one| one.fully_qualified_name.told().or_else(|| one.name.told()));
    let name = name.unwrap_or("");
    (name, name.to_owned())
}

fn severity(rules: &Rules<'_>, rule: Option<&Rule>, finding: &Finding) -> Severity {
    let own = finding.properties.0.security_severity.0;
    let score = own.or_else(|| rule?.properties.0.security_severity.0);
    if let Some(severity) = score.and_then(Severity::of_score) {
        return severity;
    }
    let is_fail = is(&finding.kind, &["", "fail"]);
    let level = finding
        .level
        .told()
        // Only what failed has a level (SARIF 3.27.10).
        .or((!is_fail).then_some("none"))
        .or_else(|| rules.overridden(rule?))
        .or_else(|| rule?.default_configuration.0.level.told())
        .unwrap_or("warning");
    match level.to_ascii_lowercase().as_str() {
        "error" if rules.is_security(rule, finding) => Severity::High,
        "error" => Severity::Unscored,
        "note" | "none" => Severity::Note,
        _ => Severity::Medium,
    }
}

/// The rules of a run, found by id and by place.
struct Rules<'r> {
    /// Whether the tool looks for nothing but weaknesses.
    is_scanner: bool,
    components: Vec<&'r Component>,
    by_id: HashMap<&'r str, &'r Rule>,
    by_guid: HashMap<&'r str, &'r Rule>,
    /// Levels that the run was told to use instead.
    levels: HashMap<&'r str, &'r str>,
}

impl<'r> Rules<'r> {
    fn of(run: &'r Run) -> Self {
        let driver = &run.tool.0.driver.0;
        let extensions = run.tool.0.extensions.0.iter();
        let components: Vec<&Component> = std::iter::once(driver).chain(extensions).collect();
        let (mut by_id, mut by_guid) = (HashMap::new(), HashMap::new());
        for rule in components.iter().flat_map(|component| &component.rules.0) {
            by_id.entry(rule.id.as_str()).or_insert(rule);
            if let Some(guid) = rule.guid.told() {
                by_guid.entry(guid).or_insert(rule);
            }
        }
        let mut rules = Self {
            is_scanner: is_scanner(driver.name.as_str()),
            components,
            by_id,
            by_guid,
            levels: HashMap::new(),
        };
        let overrides = run.invocations.0.iter();
        let overrides = overrides.flat_map(|one| &one.rule_configuration_overrides.0);
        for one in overrides {
            let level = one.configuration.0.level.told();
            if let (Some(rule), Some(level)) = (rules.referred(&one.descriptor.0), level) {
                rules.levels.insert(rule.id.as_str(), level);
            }
        }
        rules
    }

    /// Whether an error is about security: by its own tags, its rule's, or because the tool looks for nothing else.
    fn is_security(&self, rule: Option<&Rule>, finding: &Finding) -> bool {
        let rule = rule.into_iter().map(|rule| &rule.properties);
        let mut tags = rule
            .chain([&finding.properties])
            .flat_map(|properties| &properties.0.tags.0);
        self.is_scanner || tags.any(|tag| is_security_tag(tag.as_str()))
    }

    fn overridden(&self, rule: &Rule) -> Option<&'r str> {
        self.levels.get(rule.id.as_str()).copied()
    }

    fn of_finding(&self, finding: &Finding) -> Option<&'r Rule> {
        self.referred(&finding.rule.0)
            .or_else(|| {
                let rule = self.at(None, finding.rule_index.index()?)?;
                let id = finding.rule_id.as_str();
                // An index that leads to another rule is a mistake of the tool; the id is what people read.
                (id.is_empty() || is_of(id, rule.id.as_str())).then_some(rule)
            })
            .or_else(|| self.by_id(finding.rule_id.as_str()))
    }

    fn referred(&self, reference: &RuleReference) -> Option<&'r Rule> {
        let component = &reference.tool_component.0;
        let named = |of: fn(&Component) -> &Word, word: &Word| {
            let word = word.told()?;
            let mut all = self.components.iter();
            all.position(|one| of(one).told() == Some(word))
        };
        let extension = component.index.index().map(|index| index + 1);
        let extension = extension
            .or_else(|| named(|one| &one.guid, &component.guid))
            .or_else(|| named(|one| &one.name, &component.name));
        reference
            .index
            .index()
            .and_then(|index| self.at(extension, index))
            .or_else(|| self.by_guid.get(reference.guid.told()?).copied())
            .or_else(|| self.by_id(reference.id.as_str()))
    }

    fn at(&self, component: Option<usize>, index: usize) -> Option<&'r Rule> {
        self.components
            .get(component.unwrap_or(0))?
            .rules
            .0
            .get(index)
    }

    /// By id; of a hierarchical one (`CA1000/1`) the nearest that is described.
    fn by_id(&self, id: &str) -> Option<&'r Rule> {
        let mut id = id;
        while !id.is_empty() {
            if let Some(rule) = self.by_id.get(id) {
                return Some(rule);
            }
            id = id.rsplit_once('/')?.0;
        }
        None
    }
}

/// Tags as GitHub's code scanning and the tools use them: `security`, `external/cwe/cwe-79`, `CWE-89: ...`, `owasp-a1`.
fn is_security_tag(tag: &str) -> bool {
    let tag = tag.trim().to_ascii_lowercase();
    let words = ["security", "vulnerability", "secret", "secrets"];
    let beginnings = ["security/", "external/cwe", "cwe", "owasp"];
    words.contains(&tag.as_str()) || beginnings.iter().any(|head| tag.starts_with(head))
}

/// Tools that look for weaknesses alone and whose reports need not say so; by the beginning of their name.
fn is_scanner(tool: &str) -> bool {
    const SCANNERS: [&str; 42] = [
        "bandit",
        "bearer",
        "brakeman",
        "cargo-audit",
        "checkmarx",
        "checkov",
        "clair",
        "contrast",
        "dependency-check",
        "detect-secrets",
        "devskim",
        "dockle",
        "flawfinder",
        "fortify",
        "ggshield",
        "gitleaks",
        "gosec",
        "govulncheck",
        "grype",
        "horusec",
        "hp fortify",
        "kics",
        "kubescape",
        "mayhem",
        "micro focus fortify",
        "mobsfscan",
        "njsscan",
        "nodejsscan",
        "noseyparker",
        "nuclei",
        "osv-scanner",
        "pip-audit",
        "security code scan",
        "snyk",
        "snykcode",
        "terrascan",
        "tfsec",
        "trivy",
        "trufflehog",
        "veracode",
        "zap",
        "zizmor",
    ];
    let tool = tool.trim().to_ascii_lowercase();
    SCANNERS.iter().any(|name| {
        tool.strip_prefix(name)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    })
}

/// Whether an id is a rule's own or lies below it.
fn is_of(id: &str, rule: &str) -> bool {
    id.strip_prefix(rule)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
