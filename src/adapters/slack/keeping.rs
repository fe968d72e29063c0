//! Clicks on their way from the acknowledgement to the record: on the disk before they are acknowledged, off it once they are
//! answered for. Slack sends none again that was acknowledged.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{task::spawn_blocking, time::timeout};

use crate::{
    domain::{
        ReleaseKey,
        chat::{CardSeen, Click},
    },
    ports::ClickBox,
};

/// Longest wait for the disk, real time: Slack waits three seconds for its acknowledgement.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Keeps them, where there is a place for it.
#[derive(Clone, Default)]
pub(super) struct Keeping(Option<Arc<dyn ClickBox>>);

impl fmt::Debug for Keeping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keeping").field(&self.0.is_some()).finish()
    }
}

impl Keeping {
    pub(super) fn new(place: Arc<dyn ClickBox>) -> Self {
        Self(Some(place))
    }

    /// Whether a click outlives this process from now on, or need not. Where it does not it must not be acknowledged: Slack
    /// tells who clicked that it failed, and they click again.
    pub(super) async fn keep(&self, click: &Click) -> bool {
        let (Some(place), Ok(seen)) = (self.0.clone(), CardSeen::parse(&click.value)) else {
            return true;
        };
        let (release, click) = (seen.release().clone(), click.clone());
        let is_late = Arc::new(AtomicBool::new(false));
        let late = Arc::clone(&is_late);
        let keeping = spawn_blocking(move || {
            place.keep(&release, &click)?;
            if late.load(Ordering::SeqCst) {
                // Whoever clicked was told that it failed.
                place.forget(&release, &click)?;
            }
            Ok::<(), std::io::Error>(())
        });
        match timeout(PATIENCE, keeping).await {
            Ok(Ok(Ok(()))) => true,
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "a click could not be kept, and is not acknowledged");
                false
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "a click could not be kept, and is not acknowledged");
                false
            }
            Err(_) => {
                is_late.store(true, Ordering::SeqCst);
                tracing::warn!("the disk did not answer: a click is not acknowledged");
                false
            }
        }
    }

    /// Whether another process of this machine drives the click's release, and will find it.
    pub(super) async fn pass(&self, click: &Click) -> bool {
        let (Some(place), Ok(seen)) = (self.0.clone(), CardSeen::parse(&click.value)) else {
            return false;
        };
        let click = click.clone();
        let passing = spawn_blocking(move || place.pass(seen.release(), &click));
        match timeout(PATIENCE, passing).await {
            Ok(Ok(Ok(is_passed))) => is_passed,
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "a click could not be passed on");
                false
            }
            Ok(Err(_)) | Err(_) => false,
        }
    }

    /// The clicks that lie there for these releases, perhaps passed on by other processes.
    pub(super) async fn lying(&self, releases: Vec<ReleaseKey>) -> Vec<(ReleaseKey, Click)> {
        let Some(place) = self.0.clone().filter(|_| !releases.is_empty()) else {
            return Vec::new();
        };
        let reading = spawn_blocking(move || {
            let of = |release: ReleaseKey| {
                // What cannot be read is said when a release is taken up.
                let kept = place.kept(&release).unwrap_or_default();
                kept.into_iter().map(move |click| (release.clone(), click))
            };
            releases.into_iter().flat_map(of).collect()
        });
        reading.await.unwrap_or_default()
    }

    /// What an earlier process left.
    pub(super) async fn left(&self, release: &ReleaseKey) -> Vec<Click> {
        let Some(place) = self.0.clone() else {
            return Vec::new();
        };
        let release = release.clone();
        let read = spawn_blocking(move || place.kept(&release)).await;
        match read.map_err(std::io::Error::other).flatten() {
            Ok(clicks) => clicks,
            Err(error) => {
                tracing::warn!(%error, "the kept clicks cannot be read");
                Vec::new()
            }
        }
    }

    /// One is answered for.
    pub(super) async fn forget(&self, release: &ReleaseKey, click: &Click) {
        let Some(place) = self.0.clone() else { return };
        let (release, click) = (release.clone(), click.clone());
        let forgotten = spawn_blocking(move || place.forget(&release, &click)).await;
        if let Err(error) = forgotten.map_err(std::io::Error::other).flatten() {
            // It is brought once more some day, and known by then.
            tracing::warn!(%error, "a kept click was not taken away");
        }
    }
}
