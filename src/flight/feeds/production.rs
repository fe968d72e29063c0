//! The production feed: what production itself answers for its version.

use jiff::SignedDuration;

use super::pulse::{Gone, Pulse};
use crate::{
    domain::{
        Fault, Sha, Text, later,
        observation::Observation,
        rollout::{ProductionAnswer, ProductionSource},
    },
    ports::{History, Probe},
};

/// While nothing is to be asked.
const IDLE: SignedDuration = SignedDuration::from_mins(10);

pub(super) async fn follow(
    mut pulse: Pulse,
    probe: std::sync::Arc<dyn Probe>,
    tag_prefix: String,
) -> Result<(), Gone> {
    let mut named = None;
    loop {
        let needs = pulse.needs();
        let asked = pulse.now();
        let history = &*pulse.outside.history;
        let next = match needs.production_every {
            None => later(asked, IDLE),
            Some(every) => match ask(&*probe, history, &tag_prefix, &mut named).await {
                Ok(answer) => {
                    pulse.see(Observation::Production(answer)).await?;
                    pulse.good(every).await?;
                    later(asked, every)
                }
                Err(fault) => pulse.bad(fault).await?,
            },
        };
        pulse
            .rest(next, |now| {
                now.production_turn != needs.production_turn
                    || now.production_every.is_some() && needs.production_every.is_none()
            })
            .await?;
    }
}

/// The answer, with commit and version both where GitHub can tell one from the other. What it told in whole of the
/// answer before (`named`) is not asked again.
async fn ask(
    probe: &dyn Probe,
    history: &dyn History,
    tag_prefix: &str,
    named: &mut Option<(Text, Text, Sha)>,
) -> Result<ProductionAnswer, Fault> {
    let said = probe.version().await?;
    let (version, sha) = match named {
        Some((known, version, sha)) if *known == said => (Some(version.clone()), Some(sha.clone())),
        _ => name(said.as_str().trim(), history, tag_prefix).await,
    };
    *named = version
        .clone()
        .zip(sha.clone())
        .map(|(version, sha)| (said, version, sha));
    Ok(ProductionAnswer {
        source: ProductionSource::Asked,
        version,
        sha,
    })
}

/// Commit and version from either. What GitHub does not know stays unknown.
async fn name(said: &str, history: &dyn History, tag_prefix: &str) -> (Option<Text>, Option<Sha>) {
    if let Ok(sha) = Sha::parse(said) {
        let tag = history.tag_of(&sha, tag_prefix).await.ok().flatten();
        return (tag, Some(sha));
    }
    let resolved = match history.resolve(said).await {
        Ok(sha) => Some(sha),
        Err(_) if !tag_prefix.is_empty() && !said.starts_with(tag_prefix) => {
            history.resolve(&format!("{tag_prefix}{said}")).await.ok()
        }
        Err(_) => None,
    };
    match resolved {
        Some(sha) if sha.starts_with(said) => {
            let tag = history.tag_of(&sha, tag_prefix).await.ok().flatten();
            (tag, Some(sha))
        }
        sha => (Some(Text::line(said)), sha),
    }
}
