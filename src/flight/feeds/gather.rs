//! The artifacts that the rules name, found and read, and the same of the last successful release to compare with.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    desk::{Desk, Memory, Round, try_ask},
    download::download,
    elsewhere, explain,
    gathered::{self, Before, is_compared},
    named::{Named, named},
    pulse::{Gone, Pulse},
};
use crate::{
    domain::{
        Fault, FaultKind,
        evidence::{Evidence, EvidenceKind, Finding},
        observation::{ArtifactList, Observation},
        policy::EvidenceRule,
    },
    flight::{flying::Report, needs::Needs},
};

/// One kind of evidence: found and read, or said to be missing.
pub(super) async fn gather(
    pulse: &mut Pulse,
    desk: &Desk,
    needs: &Needs,
    memory: &mut Memory,
    rule: &EvidenceRule,
    artifacts: &ArtifactList,
) -> Round {
    let explains = rule.kind == EvidenceKind::Explain;
    let Some(pattern) = &rule.artifact else {
        return if explains {
            explain::look(pulse, desk, needs, memory, &Named::default()).await
        } else {
            Ok(Ok(()))
        };
    };
    let elsewhere;
    let (list, since) = match elsewhere::workflow(&desk.policy, rule) {
        Some(workflow) => {
            // It could not be asked for: nobody can say that it is missing.
            let Some((_, known)) = memory.elsewhere.get(workflow) else {
                return Ok(Ok(()));
            };
            elsewhere = known.clone();
            (&elsewhere, Timestamp::MIN)
        }
        None => (artifacts, needs.evidence.since),
    };
    let found = named(list, pattern, since);
    if explains {
        return explain::look(pulse, desk, needs, memory, &found).await;
    }
    if found.found.is_empty() {
        if needs.evidence.is_past {
            absent(pulse, needs, rule.kind, found.lost).await?;
        }
        return Ok(Ok(()));
    }
    if found
        .found
        .iter()
        .all(|artifact| memory.read.contains(&artifact.id))
    {
        return Ok(Ok(()));
    }
    read(pulse, desk, rule, &found, memory).await
}

/// Says that there is none, or that what there is, or may be, cannot be read. What was read once is left as it is.
async fn absent(
    pulse: &mut Pulse,
    needs: &Needs,
    kind: EvidenceKind,
    lost: Vec<(String, Fault)>,
) -> Result<(), Gone> {
    let Some((_, fault)) = lost.into_iter().next() else {
        return pulse.see(Observation::Missing { kind }).await;
    };
    if needs.evidence.unread.contains(&kind) {
        pulse.see(Observation::Unreadable { kind, fault }).await?;
    }
    Ok(())
}

async fn read(
    pulse: &mut Pulse,
    desk: &Desk,
    rule: &EvidenceRule,
    named: &Named<'_>,
    memory: &mut Memory,
) -> Round {
    let kind = rule.kind;
    let found = &named.found;
    if is_compared(kind) && memory.past.is_none() && memory.past_waits {
        return Ok(Ok(()));
    }
    let before = if is_compared(kind) {
        try_ask!(before(pulse, desk, rule, memory).await?)
    } else {
        Arc::new(Before::None(String::new()))
    };
    let mut gathered = try_ask!(download(pulse, kind, found).await?);
    gathered.lacks(&named.lost);
    let whole = match gathered.whole(kind) {
        Ok(whole) => whole,
        Err(fault) => {
            memory.read.extend(found.iter().map(|artifact| artifact.id));
            pulse.see(Observation::Unreadable { kind, fault }).await?;
            return Ok(Ok(()));
        }
    };
    let finding: Option<Finding> = match whole {
        Some(Evidence::Tests(report)) => {
            let finding = gathered::tests(&report, &desk.policy, pulse.now());
            pulse.tell(Report::Cases(Arc::new(report))).await?;
            Some(finding)
        }
        Some(Evidence::Load(report)) => {
            let written = desk.policy.load_baseline.as_ref();
            Some(gathered::load(report, &before, written))
        }
        Some(Evidence::Security(scan)) => Some(gathered::security(&scan, &before)),
        Some(Evidence::Coverage(map)) => Some(gathered::coverage(&map, &before, rule)),
        // It has an order of its own.
        Some(Evidence::Explain(_)) | None => None,
    };
    memory.read.extend(found.iter().map(|artifact| artifact.id));
    if let Some(finding) = finding {
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

/// The same kind of the newest release that went to production; asked once a candidate.
async fn before(
    pulse: &Pulse,
    desk: &Desk,
    rule: &EvidenceRule,
    memory: &mut Memory,
) -> Result<Result<Arc<Before>, Fault>, Gone> {
    if let Some(known) = memory.before.get(&rule.kind) {
        return Ok(Ok(Arc::clone(known)));
    }
    let looked = match look_before(pulse, desk, rule, memory).await? {
        Ok(looked) => looked,
        Err(fault) if fault.passes_by_itself() => return Ok(Err(fault)),
        Err(fault) => Before::None(format!(
            "the last release's cannot be read: {}",
            fault.detail
        )),
    };
    let looked = Arc::new(looked);
    memory.before.insert(rule.kind, Arc::clone(&looked));
    Ok(Ok(looked))
}

async fn look_before(
    pulse: &Pulse,
    desk: &Desk,
    rule: &EvidenceRule,
    memory: &Memory,
) -> Result<Result<Before, Fault>, Gone> {
    let none = |why: &str| Ok(Ok(Before::None(why.to_owned())));
    let Some(past) = &memory.past else {
        return none("past deployments are not known");
    };
    let Some(newest) = past.first() else {
        return none("no earlier release");
    };
    let list = match (elsewhere::workflow(&desk.policy, rule), newest.run) {
        (Some(workflow), _) => {
            let (runs, artifacts) = (&*pulse.outside.runs, &*pulse.outside.artifacts);
            elsewhere::of_newest(runs, artifacts, workflow, &newest.sha).await
        }
        (_, Some(run)) => pulse.outside.artifacts.list(run).await,
        (_, None) => return none("the last release's run is not known"),
    };
    let list = match list {
        Ok(list) => list,
        // Runs are kept for a while only.
        Err(fault) if fault.kind == FaultKind::NotFound => {
            return none("the last release's run is gone");
        }
        Err(fault) => return Ok(Err(fault)),
    };
    let pattern = rule.artifact.as_deref().unwrap_or_default();
    let found = named(&list, pattern, Timestamp::MIN);
    if found.found.is_empty() {
        let why = found.lost.first().map(|(_, fault)| &fault.detail);
        return none(&match why {
            Some(why) => format!("the last release's: {why}"),
            None => "the last release's artifact is gone, or was never made".to_owned(),
        });
    }
    let name = match newest.run {
        Some(run) => format!("run {run}"),
        None => newest.sha.short().to_owned(),
    };
    let mut gathered = match download(pulse, rule.kind, &found.found).await? {
        Ok(gathered) => gathered,
        Err(fault) => return Ok(Err(fault)),
    };
    gathered.lacks(&found.lost);
    Ok(gathered.whole(rule.kind).map(|whole| match whole {
        Some(evidence) => Before::Read {
            name,
            evidence: Box::new(evidence),
        },
        None => Before::None("the last release's artifact is empty".to_owned()),
    }))
}
