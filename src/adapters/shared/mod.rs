//! One answer for many releases: ports over ports, so that a repository is asked once and not once for each of its
//! releases. Knows no wire; what hurries is never asked through here.

mod artifacts;
mod dispatch;
mod history;
mod kept;
mod metrics;
mod round;
mod runs;

pub use artifacts::SharedArtifacts;
pub use dispatch::SharedDispatch;
pub use history::SharedHistory;
pub(in crate::adapters) use kept::Kept;
pub use metrics::{SharedAlarms, SharedMetrics};
pub use runs::{DirectRuns, SharedRuns};
