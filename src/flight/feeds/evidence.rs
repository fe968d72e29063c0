//! The evidence feed: candidate, artifacts and what they say; every so often what hardly ever changes.

use std::{collections::BTreeSet, sync::Arc};

use globset::Glob;
use jiff::{SignedDuration, Timestamp};

use super::{
    past, production,
    pulse::{Gone, Pulse},
};
use crate::{
    domain::{
        ArtifactId, Fault, FaultKind, Login, Sha, Text,
        evidence::{Candidate, Evidence, EvidenceKind, Explain, Finding, TestReport, TestsSummary},
        later,
        observation::{ArtifactSnapshot, Observation, PullSnapshot, RunStatus},
        policy::{EvidenceRule, Policy},
    },
    flight::{
        flying::Report,
        needs::{EvidenceNeeds, Needs},
    },
    ports::{Progress, Store},
};

/// Between two rounds while something is still to be read.
const BUSY: SignedDuration = SignedDuration::from_secs(30);
/// Between two rounds while only changes are looked for.
const CALM: SignedDuration = SignedDuration::from_secs(180);
/// Between two looks at what hardly ever changes.
const SELDOM: SignedDuration = SignedDuration::from_secs(600);
/// Artifacts of one kind that are read together.
const TOGETHER: usize = 20;
/// Bytes of the explain text in the journal; the blob has the rest.
const EXPLAIN_KEPT: usize = 8 * 1024;

/// What this feed remembers between rounds.
#[derive(Default)]
struct Memory {
    candidate: Option<(Sha, u32)>,
    pulls: Vec<PullSnapshot>,
    read: BTreeSet<ArtifactId>,
    seldom: Option<Timestamp>,
}

/// What this feed and the diff's need beside their pulse.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) policy: Arc<Policy>,
    pub(super) store: Arc<dyn Store>,
}

pub(super) async fn follow(mut pulse: Pulse, desk: Desk) -> Result<(), Gone> {
    let mut memory = Memory::default();
    loop {
        let needs = pulse.needs();
        let asked = pulse.now();
        let next = match round(&mut pulse, &desk, &needs, &mut memory, asked).await? {
            Ok(()) => {
                pulse.recovered();
                // Once the run waits nothing new is made: what is missing then is looked for at leisure.
                let makes_more = needs.evidence.matters && !needs.evidence.is_past;
                let busy = makes_more && !needs.evidence.unread.is_empty();
                later(asked, if busy { BUSY } else { CALM })
            }
            Err(fault) => pulse.bad(fault).await?,
        };
        pulse
            .rest(next, |now| {
                let news = |e: &EvidenceNeeds| (e.sha.clone(), e.is_past);
                news(&now.evidence) != news(&needs.evidence) || now.attempt != needs.attempt
            })
            .await?;
    }
}

type Round = Result<Result<(), Fault>, Gone>;

/// Passes a fault on, unless the flight is gone.
macro_rules! try_ask {
    ($asked:expr) => {
        match $asked {
            Ok(answer) => answer,
            Err(fault) => return Ok(Err(fault)),
        }
    };
}

async fn round(
    pulse: &mut Pulse,
    desk: &Desk,
    needs: &Needs,
    memory: &mut Memory,
    asked: Timestamp,
) -> Round {
    // What fails does not hold up what does not need it; the first fault decides when the next round is.
    let mut failed: Option<Fault> = None;
    if memory
        .seldom
        .is_none_or(|last| asked >= later(last, SELDOM))
    {
        match past::look(pulse, &desk.policy, needs).await? {
            Ok(()) => memory.seldom = Some(asked),
            Err(fault) => failed = Some(fault),
        }
    }
    let wanted = &needs.evidence;
    let Some(sha) = &wanted.sha else {
        return Ok(failed.map_or(Ok(()), Err));
    };
    if !wanted.matters && memory.candidate.is_some() {
        return Ok(failed.map_or(Ok(()), Err));
    }
    if memory.candidate.as_ref() != Some(&(sha.clone(), needs.attempt)) {
        memory.read.clear();
        let (candidate, pulls) = try_ask!(candidate(pulse, desk, wanted, sha).await);
        memory.pulls = pulls;
        memory.candidate = Some((sha.clone(), needs.attempt));
        pulse.see(Observation::Candidate(candidate)).await?;
    }
    let artifacts = try_ask!(pulse.outside.artifacts.list(needs.run).await);
    pulse.see(Observation::Artifacts(artifacts.clone())).await?;
    for rule in &desk.policy.evidence {
        if let Err(fault) = gather(pulse, desk, needs, memory, rule, &artifacts).await? {
            failed = failed.or(Some(fault));
        }
    }
    Ok(failed.map_or(Ok(()), Err))
}

async fn candidate(
    pulse: &Pulse,
    desk: &Desk,
    wanted: &EvidenceNeeds,
    sha: &Sha,
) -> Result<(Candidate, Vec<PullSnapshot>), Fault> {
    let history = &pulse.outside.history;
    let target = &desk.policy.target;
    let from_title = target
        .version_from_title
        .as_deref()
        .and_then(|pattern| version_in(pattern, wanted.named.0.as_str()));
    let version = match from_title {
        Some(version) => Some(version),
        None => {
            production::name(sha.as_str(), &**history, &target.tag_prefix)
                .await
                .0
        }
    };
    let pulls = match history.pulls_of(sha).await {
        Ok(pulls) => pulls,
        Err(fault) if fault.passes_by_itself() => return Err(fault),
        Err(_) => Vec::new(),
    };
    let mut authors: Vec<Login> = pulls
        .iter()
        .filter_map(|pull| pull.author.clone())
        .collect();
    authors.dedup();
    let candidate = Candidate {
        sha: sha.clone(),
        version,
        authors,
        pulls: Candidate::name_pulls(&pulls),
    };
    Ok((candidate, pulls))
}

/// The first group of `pattern` in a title, else its whole match.
fn version_in(pattern: &str, title: &str) -> Option<Text> {
    let found = regex::Regex::new(pattern).ok()?;
    let captures = found.captures(title)?;
    let group = captures.get(1).or_else(|| captures.get(0))?;
    Some(Text::line(group.as_str()))
}

/// One kind of evidence: found and read, or said to be missing.
async fn gather(
    pulse: &mut Pulse,
    desk: &Desk,
    needs: &Needs,
    memory: &mut Memory,
    rule: &EvidenceRule,
    artifacts: &[ArtifactSnapshot],
) -> Round {
    let Some(pattern) = &rule.artifact else {
        return explain_of_pull(pulse, desk, needs, memory, rule).await;
    };
    let elsewhere;
    let (list, since) = match (&rule.workflow, &needs.evidence.sha) {
        (Some(workflow), Some(sha)) if *workflow != desk.policy.target.workflow => {
            if !needs.evidence.unread.contains(&rule.kind) {
                return Ok(Ok(()));
            }
            elsewhere = try_ask!(of_other_workflow(pulse, workflow, sha).await);
            (elsewhere.as_slice(), Timestamp::MIN)
        }
        _ => (artifacts, needs.evidence.since),
    };
    let Ok(glob) = Glob::new(pattern) else {
        return Ok(Ok(()));
    };
    let glob = glob.compile_matcher();
    let mut found: Vec<&ArtifactSnapshot> = Vec::new();
    for artifact in list {
        let fits = glob.is_match(artifact.name.as_str())
            && !artifact.expired
            && artifact.created.is_none_or(|created| created >= since)
            && !found.iter().any(|known| known.name == artifact.name);
        if fits && found.len() < TOGETHER {
            found.push(artifact);
        }
    }
    if found.is_empty() {
        if needs.evidence.is_past {
            pulse.see(Observation::Missing { kind: rule.kind }).await?;
        }
        return Ok(Ok(()));
    }
    if found
        .iter()
        .all(|artifact| memory.read.contains(&artifact.id))
    {
        return Ok(Ok(()));
    }
    read(pulse, desk, rule.kind, &found, memory).await
}

/// Artifacts of the newest completed run of another workflow for the same commit.
async fn of_other_workflow(
    pulse: &Pulse,
    workflow: &str,
    sha: &Sha,
) -> Result<Vec<ArtifactSnapshot>, Fault> {
    let runs = pulse
        .outside
        .runs
        .runs_of_commit(sha, Some(workflow))
        .await?;
    let newest = runs.iter().find(|run| run.status == RunStatus::Completed);
    match newest {
        Some(run) => pulse.outside.artifacts.list(run.id).await,
        None => Ok(Vec::new()),
    }
}

async fn read(
    pulse: &mut Pulse,
    desk: &Desk,
    kind: EvidenceKind,
    found: &[&ArtifactSnapshot],
    memory: &mut Memory,
) -> Round {
    let mut summary: Option<TestsSummary> = None;
    let mut report: Option<TestReport> = None;
    let mut other: Option<Finding> = None;
    for artifact in found {
        let what = artifact.name.to_string();
        let progress = progress_of(pulse, &what);
        let evidence = pulse
            .outside
            .artifacts
            .read(artifact.id, kind, progress)
            .await;
        pulse.tell(Report::Worked { what }).await?;
        match evidence {
            Ok(Evidence::Tests(tests)) => {
                let own = TestsSummary::of(&tests);
                summary = Some(match summary.take() {
                    Some(first) => first.with(own),
                    None => own,
                });
                let bad = |report: &TestReport| report.totals.failed + report.totals.errored;
                if report.as_ref().is_none_or(|kept| bad(&tests) > bad(kept)) {
                    report = Some(tests);
                }
            }
            Ok(Evidence::Load(load)) => other = other.or(Some(Finding::Load(load))),
            Ok(Evidence::Security(scan)) => {
                let report = scan.report(Err("not looked for"));
                other = other.or(Some(Finding::Security(report)));
            }
            Ok(Evidence::Coverage(map)) => {
                other = other.or(Some(Finding::Coverage(map.report())));
            }
            Ok(Evidence::Explain(text)) => {
                if other.is_none() {
                    other = Some(try_ask!(explain(desk, &text).await));
                }
            }
            Err(fault) if fault.passes_by_itself() => return Ok(Err(fault)),
            Err(fault) => pulse.see(Observation::Unreadable { kind, fault }).await?,
        }
        memory.read.insert(artifact.id);
    }
    if let Some(report) = report {
        pulse.tell(Report::Cases(Arc::new(report))).await?;
    }
    if let Some(finding) = summary.map(Finding::Tests).or(other) {
        pulse
            .see(Observation::Evidence {
                artifact: found.first().map(|artifact| artifact.id),
                finding,
                made: found.first().and_then(|artifact| artifact.created),
                other_commit: false,
            })
            .await?;
    }
    Ok(Ok(()))
}

fn progress_of(pulse: &Pulse, what: &str) -> Progress {
    let reports = pulse.reports();
    let what = what.to_owned();
    Arc::new(move |done, all| {
        // Progress is an ornament: where nobody keeps up it is left out.
        let _ = reports.try_send(Report::Working {
            what: what.clone(),
            done,
            all,
        });
    })
}

async fn explain(desk: &Desk, text: &Text) -> Result<Finding, Fault> {
    let store = Arc::clone(&desk.store);
    let bytes = text.as_str().as_bytes().to_vec();
    let local = |why: &dyn std::fmt::Display| {
        Fault::new(
            FaultKind::Local,
            "keeping the explain text",
            why.to_string(),
        )
    };
    let blob = tokio::task::spawn_blocking(move || store.put_blob(&bytes))
        .await
        .map_err(|error| local(&error))?
        .map_err(|error| local(&error))?;
    Ok(Finding::Explain {
        blob,
        text: Text::block_within(text.as_str(), EXPLAIN_KEPT),
    })
}

/// The explain text from the body of a pull request that has its headings.
async fn explain_of_pull(
    pulse: &Pulse,
    desk: &Desk,
    needs: &Needs,
    memory: &Memory,
    rule: &EvidenceRule,
) -> Round {
    if rule.kind != EvidenceKind::Explain || !needs.evidence.unread.contains(&rule.kind) {
        return Ok(Ok(()));
    }
    let body = memory
        .pulls
        .iter()
        .map(|pull| &pull.body)
        .find(|body| !body.is_empty() && !Explain::parse(body.as_str()).is_unstructured());
    match body {
        Some(body) => {
            let finding = try_ask!(explain(desk, body).await);
            pulse
                .see(Observation::Evidence {
                    artifact: None,
                    finding,
                    made: None,
                    other_commit: false,
                })
                .await?;
        }
        None if needs.evidence.is_past => {
            pulse.see(Observation::Missing { kind: rule.kind }).await?;
        }
        None => {}
    }
    Ok(Ok(()))
}
