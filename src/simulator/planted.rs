//! What somebody did before a world begins: claims of people who are gone.

use jiff::SignedDuration;

use super::{scenario::Scenario, state::State};

/// `two-managers`: a manager who drove before has closed the laptop, and the claim ran out.
pub(super) fn plant(state: &mut State) {
    if state.scenario != Scenario::TwoManagers {
        return;
    }
    let at = state.epoch - SignedDuration::from_mins(40);
    let run = state.release_run;
    let note = serde_json::json!({
        "by": { "login": "dee", "host": "dees-laptop", "machine": "dee0dee0dee0dee0" },
        "name": { "seat": run }, "run": run, "version": "v2.14.0", "marker": "seat",
        "since": at, "lasts": 1_800,
    });
    let tree = state.git.tree("README");
    let message =
        format!("cockpit: @dee on dees-laptop claims seat/{run} of run {run}\n\n{note}\n");
    let made = state.git.commit(&message, &tree, Vec::new(), "dee", at);
    let name = format!("refs/cockpit/storefront/production/seat/{run}");
    if let Ok(commit) = made {
        // Nothing stands in the way in a new world.
        let _ = state.git.create(&name, &commit.sha);
    }
}
