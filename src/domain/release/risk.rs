//! The release's risk and its explain text's contradictions, gathered from the fold.

use jiff::Timestamp;

use crate::domain::{
    Sha, Text,
    diff::Diff,
    evidence::{Claimed, Contradiction, Explain, NotCompared, Piece, contradictions},
    policy::EvidenceRule,
    record::{EarlierEnd, EarlierRelease},
    release::Release,
    risk::{Risk, RiskFacts},
    rollout::ProductionSource,
};

impl Release {
    /// How risky the release is, by what is known now.
    pub fn risk(&self) -> Risk {
        self.risk_beside(self.explain_contradictions())
    }

    /// What the explain text that is there says against the facts.
    pub fn explain_contradictions(&self) -> &[Contradiction] {
        self.known_claims.get_or(|| {
            let explain = self.evidence.explain();
            let explain = explain.map(|text| Explain::parse(text.as_str()));
            explain.map_or_else(Vec::new, |explain| self.contradictions(&explain))
        })
    }

    /// The same for one who has the contradictions already.
    pub fn risk_beside(&self, contradictions: &[Contradiction]) -> Risk {
        let said = contradictions.iter().map(Contradiction::in_short);
        Risk::of(&self.risk_facts(said.collect()), &self.policy.risk)
    }

    /// What the explain text says against the facts.
    fn contradictions(&self, explain: &Explain) -> Vec<Contradiction> {
        let coverage = self.evidence.coverage();
        let claimed = Claimed {
            sha: self.rollout.sha(),
            tests: self.evidence.tests(),
            diff: self.evidence.diff.as_ref(),
            security: self.evidence.security(),
            coverage_change: coverage.and_then(crate::domain::evidence::CoverageReport::change),
        };
        contradictions(explain, &claimed)
    }

    fn risk_facts(&self, contradictions: Vec<Text>) -> RiskFacts<'_> {
        let rollout = &self.rollout;
        let newest = self.last_deployment();
        let earlier = self.earlier();
        let of_earlier = |pick: fn(&EarlierRelease) -> Option<String>| {
            earlier.and_then(pick).map(|words| Text::line(&words))
        };
        RiskFacts {
            tests: self.evidence.tests(),
            load: self.evidence.load(),
            security: self.evidence.security(),
            coverage: self.evidence.coverage(),
            diff: self.evidence.diff.as_ref(),
            missing: self.missing_evidence(),
            is_first: self.is_first(),
            since_last: newest
                .zip(rollout.run.as_ref())
                .map(|(last, run)| run.started.duration_since(last)),
            rolled_back: self
                .rolled_back_since()
                .map(|at| Text::line(&format!("on {}", at.strftime("%F %H:%M UTC"))))
                .or_else(|| {
                    of_earlier(|one| match &one.end {
                        EarlierEnd::RolledBack(why) => Some(named(one, why)),
                        _ => None,
                    })
                }),
            failed_before: self.failed_before(),
            had_issue: of_earlier(|one| match &one.end {
                EarlierEnd::Issue(why) => Some(named(one, why)),
                _ => None,
            }),
            expired_before: of_earlier(|one| {
                let has_expired = one.end == EarlierEnd::Expired;
                has_expired.then(|| format!("{} (run {})", one.version, one.run))
            }),
            production_unclear: self.production_unclear(),
            contradictions,
        }
    }

    /// Whether nothing was ever released: production answers nothing, and GitHub knows no earlier deployment.
    pub fn is_first(&self) -> bool {
        let none = self.rollout.deployments.as_ref().is_some_and(Vec::is_empty);
        none && self.rollout.production_now().is_none()
    }

    /// Why nobody can tell what lies between the two commits, of those that production and the candidate are now.
    fn uncompared(&self) -> Option<&NotCompared> {
        let seen = self.evidence.not_compared.as_ref()?;
        let base = self.rollout.production_now()?.sha.as_ref()?;
        (seen.base == *base && self.rollout.sha() == Some(&seen.head)).then_some(seen)
    }

    /// Whether production runs neither of the commits that were compared: somebody else's deploy, and the old numbers
    /// say nothing of it.
    pub(super) fn has_moved_from(&self, diff: &Diff) -> bool {
        let now = self
            .rollout
            .production_now()
            .and_then(|answer| answer.sha.as_ref());
        let is_one_of = |sha: &Sha| {
            let same = |one: &Sha| one.starts_with(sha.as_str()) || sha.starts_with(one.as_str());
            same(&diff.base) || same(&diff.head)
        };
        now.is_some_and(|sha| !is_one_of(sha))
    }

    /// Why the candidate is not compared with production, where it is not.
    pub fn not_compared(&self) -> Text {
        match (self.uncompared(), self.rollout.production_now()) {
            (Some(seen), _) => seen.why.clone(),
            (None, Some(answer)) if answer.sha.is_none() => Text::line(&format!(
                "production answers {}, and no commit of that name is known: push its tag to the repository",
                answer.name().unwrap_or("nothing")
            )),
            (None, _) => "not compared with production yet".into(),
        }
    }

    fn last_deployment(&self) -> Option<Timestamp> {
        let deployments = self.rollout.deployments.as_ref()?;
        deployments
            .iter()
            .map(|deployment| deployment.created)
            .max()
    }

    /// When production was rolled back after the newest release before this one, where it was: what that release brought
    /// does not run.
    pub(super) fn rolled_back_since(&self) -> Option<Timestamp> {
        let at = self.rollback.readiness.as_ref()?.newest?;
        let is_earlier = self
            .rollout
            .first_traffic
            .is_none_or(|traffic| at < traffic);
        (is_earlier && at > self.last_deployment()?).then_some(at)
    }

    /// The newest deployment of another release, where it failed before this one had traffic.
    fn failed_before(&self) -> Option<Text> {
        let failed = self.rollout.failed_before.as_ref()?;
        let traffic = self.rollout.first_traffic;
        if traffic.is_some_and(|traffic| failed.created >= traffic) {
            return None;
        }
        let on = failed.updated.strftime("on %F %H:%M UTC");
        Some(match failed.run {
            Some(run) => Text::line(&format!("run {run} {on}")),
            None => Text::line(&format!("{} {on}", failed.sha.short())),
        })
    }

    /// The release before this one by the journals of this machine, unless GitHub tells of a newer one that went elsewhere.
    fn earlier(&self) -> Option<&EarlierRelease> {
        let earlier = self.record.earlier.as_ref()?;
        let deployments = self.rollout.deployments.as_ref()?;
        let is_newest = deployments
            .iter()
            .all(|one| one.run == Some(earlier.run) || one.created <= earlier.began);
        is_newest.then_some(earlier)
    }

    /// Why nobody can tell what production runs.
    pub(super) fn production_unclear(&self) -> Option<Text> {
        let disagree = self.rollout.production_disagrees();
        match self.rollout.production_now() {
            // Nothing runs that could be replaced.
            None if self.is_first() => None,
            None => Some(Text::line("nobody can tell what production runs")),
            Some(best) if disagree.is_empty() => {
                let is_guess = best.source == ProductionSource::Deployment;
                let at = self.rolled_back_since().filter(|_| is_guess)?;
                Some(Text::line(&format!(
                    "rolled back at {} after the newest deployment: what runs is not told, set [production] version",
                    at.strftime("%F %H:%M UTC")
                )))
            }
            Some(best) => {
                let name = |answer: &crate::domain::rollout::ProductionAnswer| {
                    let name = answer.name().unwrap_or("?");
                    format!("{} says {name}", answer.source.word())
                };
                let others: Vec<String> = disagree.into_iter().map(name).collect();
                Some(Text::line(&format!(
                    "{}, {}",
                    name(best),
                    others.join(", ")
                )))
            }
        }
    }

    /// Evidence that the rules name and nobody has, by name; what is still to come counts until it is there.
    fn missing_evidence(&self) -> Vec<Text> {
        let word = |rule: &EvidenceRule| {
            let word = rule.kind.word();
            match self.evidence.pieces.get(&rule.kind) {
                None => Some(format!("{word} not read yet")),
                Some(Piece::Missing) => Some(format!("{word} missing")),
                Some(Piece::Unreadable(_)) => Some(format!("{word} unreadable")),
                Some(Piece::Read { finding, .. }) => finding.hollow().map(str::to_owned),
            }
        };
        let evidence = self.policy.evidence.iter().filter_map(word);
        let diff = self.evidence.diff.is_none() && !self.is_first();
        evidence
            .chain(diff.then(|| match self.uncompared() {
                Some(seen) => format!("not compared with production: {}", seen.why),
                None => "not compared with production".to_owned(),
            }))
            .map(|words| Text::line(&words))
            .collect()
    }
}

/// A release before this one, with what was wrong.
fn named(one: &EarlierRelease, why: &Text) -> String {
    format!("{} (run {}): {}", one.version, one.run, why.first_line())
}
