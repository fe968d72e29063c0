//! What a person saw when they decided: the only input of the approval prompt, and of its digest.
//!
//! States, totals and identities; never ages, arithmetic, scores or the lane, so that a poll does not lock the prompt.
//! No floats, and every list is sorted, so that equal facts have equal digests.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::{
    ArtifactId, EnvironmentId, RunId, Sha, Text, evidence::Totals, judge::State, risk::Level,
};

/// The facts that an approval is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Service name.
    pub service: String,
    /// The run.
    pub run: RunId,
    /// Its attempt.
    pub attempt: u32,
    /// The commit to be released.
    pub sha: Sha,
    /// Its version, where known.
    pub version: Option<Text>,
    /// What production runs, where known: the commit or the version that it answers.
    pub production: Option<Text>,
    /// Which stage of the rollout, from 0.
    pub stage: usize,
    /// The environments that the approval names, sorted.
    pub environments: Vec<(EnvironmentId, Text)>,
    /// Artifact digests by id.
    pub artifacts: BTreeMap<ArtifactId, Text>,
    /// Gate states by name.
    pub gates: BTreeMap<String, State>,
    /// Test totals; durations left out.
    pub tests: Option<[u64; 6]>,
    /// Risk level and the names of its contributions, once risk is known.
    pub risk: Option<(Level, Vec<Text>)>,
    /// Where a rollback would go.
    pub rollback_target: Option<Text>,
    /// Triggers that may roll back without asking again.
    pub pre_authorised: Vec<String>,
    /// Hash of the rules.
    pub rules: String,
    /// The emergency way with who took it, where somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<Text>,
}

/// What a person does to approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// Two keys, [`YES`] and Enter; the version is as good.
    TwoKeys,
    /// Types the version.
    Phrase,
    /// Types the version and gives a reason.
    PhraseAndReason,
}

/// The first of the two keys.
pub const YES: &str = "y";

/// SHA-256 over [`Shown`], hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// All digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve digits: enough to recognise our comment.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// One thing that is no longer as it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What.
    pub what: Text,
    /// As shown.
    pub was: Text,
    /// As it is.
    pub now: Text,
}

impl Shown {
    /// The digest that the approval carries.
    pub fn digest(&self) -> Digest {
        // Maps are sorted and the field order is fixed, so the JSON is canonical; integers and strings cannot fail.
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        let mut text = String::with_capacity(64);
        for byte in Sha256::digest(&bytes) {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Digest(text)
    }

    /// What a person calls the candidate, and types to approve it.
    pub fn name(&self) -> &str {
        self.version
            .as_ref()
            .map_or(self.sha.short(), |version| version.as_str())
    }

    /// What changed from `self` to `now`, in words. A gate counts only where it did not get better.
    pub fn changes(&self, now: &Self) -> Vec<Change> {
        let facts = [
            ("run", self.run.to_string(), now.run.to_string()),
            ("attempt", self.attempt.to_string(), now.attempt.to_string()),
            ("commit", self.sha.to_string(), now.sha.to_string()),
            (
                "version",
                known(self.version.as_ref()),
                known(now.version.as_ref()),
            ),
            (
                "production",
                known(self.production.as_ref()),
                known(now.production.as_ref()),
            ),
            ("stage", self.stage.to_string(), now.stage.to_string()),
            (
                "environments",
                self.environment_names(),
                now.environment_names(),
            ),
            (
                "artifacts",
                self.artifacts.len().to_string(),
                self.artifacts_in_words(now),
            ),
            ("tests", self.tests_in_words(), now.tests_in_words()),
            ("risk", self.risk_in_words(), now.risk_in_words()),
            (
                "rollback target",
                known(self.rollback_target.as_ref()),
                known(now.rollback_target.as_ref()),
            ),
            (
                "pre-authorised",
                self.pre_authorised.join(", "),
                now.pre_authorised.join(", "),
            ),
            ("rules", self.rules.clone(), now.rules.clone()),
            (
                "emergency",
                declared(self.emergency.as_ref()),
                declared(now.emergency.as_ref()),
            ),
        ];
        let gates = self.gates.keys().chain(
            now.gates
                .keys()
                .filter(|name| !self.gates.contains_key(*name)),
        );
        let gates = gates
            .filter(|name| now.gates.get(*name) != Some(&State::Pass))
            .map(|name| (name, word(self.gates.get(name)), word(now.gates.get(name))));
        facts
            .into_iter()
            .filter(|(_, was, is)| was != is)
            .map(|(what, was, is)| Change::new(what, &was, &is))
            .chain(
                gates
                    .filter(|(_, was, is)| was != is)
                    .map(|(name, was, is)| Change::new(&format!("gate {name}"), was, is)),
            )
            .collect()
    }

    fn environment_names(&self) -> String {
        let names: Vec<String> = self
            .environments
            .iter()
            .map(|(id, name)| format!("{name} ({id})"))
            .collect();
        names.join(", ")
    }

    /// How many artifacts there are now; where they are others, how many of them.
    fn artifacts_in_words(&self, now: &Self) -> String {
        let here = |all: &BTreeMap<ArtifactId, Text>, id: &ArtifactId, digest: &Text| {
            all.get(id) == Some(digest)
        };
        let new = now.artifacts.iter();
        let new = new
            .filter(|(id, digest)| !here(&self.artifacts, id, digest))
            .count();
        let gone = self.artifacts.iter();
        let gone = gone
            .filter(|(id, digest)| !here(&now.artifacts, id, digest))
            .count();
        let all = now.artifacts.len();
        match (new, gone) {
            (0, 0) => all.to_string(),
            (new, gone) => format!("{all}, {new} new and {gone} gone"),
        }
    }

    /// What an approval takes: the more risk, the more effort. Where nobody knows the risk, the version.
    pub fn effort(&self) -> Effort {
        match &self.risk {
            // What others did not sign for takes more than two keys.
            Some((Level::Low, _)) if self.emergency.is_some() => Effort::Phrase,
            Some((Level::Low, _)) => Effort::TwoKeys,
            Some((Level::Medium, _)) | None => Effort::Phrase,
            Some((Level::High, _)) => Effort::PhraseAndReason,
        }
    }

    fn risk_in_words(&self) -> String {
        match &self.risk {
            None => "unknown".to_owned(),
            Some((level, names)) if names.is_empty() => level.word().to_owned(),
            Some((level, names)) => {
                let names: Vec<&str> = names.iter().map(Text::as_str).collect();
                format!("{} ({})", level.word(), names.join(", "))
            }
        }
    }

    fn tests_in_words(&self) -> String {
        self.tests.map_or_else(
            || "not read".to_owned(),
            |[tests, passed, failed, errored, skipped, flaky]| {
                format!("{tests} tests: {passed} passed, {failed} failed, {errored} errored, {skipped} skipped, {flaky} flaky")
            },
        )
    }
}

impl Change {
    fn new(what: &str, was: &str, now: &str) -> Self {
        Self {
            what: Text::line(what),
            was: Text::line(was),
            now: Text::line(now),
        }
    }
}

/// What a test run shows in a digest: tests, passed, failed, errored, skipped, flaky.
pub fn totals_shown(totals: &Totals) -> [u64; 6] {
    [
        totals.tests,
        totals.passed,
        totals.failed,
        totals.errored,
        totals.skipped,
        totals.flaky,
    ]
}

fn known(text: Option<&Text>) -> String {
    text.map_or_else(|| "unknown".to_owned(), ToString::to_string)
}

fn declared(emergency: Option<&Text>) -> String {
    emergency.map_or_else(|| "none".to_owned(), ToString::to_string)
}

fn word(state: Option<&State>) -> &'static str {
    state.map_or("not there", |state| state.word())
}
