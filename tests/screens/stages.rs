//! A canary's prompts say which stage goes out.

use cockpit::domain::{
    Actor,
    approval::ApprovalEvent,
    rollout::{RolloutEvent, StageState},
};

use crate::{
    journal::{Journal, at},
    stage::Stage,
    world,
};

const CANARY: &str = "
[strategy]
kind = \"canary\"
stages = [
  { weight = \"5%\", environment = \"production-5\", duration = \"3m\" },
  { weight = \"100%\", environment = \"production\" } ]
";

fn canary() -> Journal {
    world::waiting_by(&|rules| format!("{rules}{CANARY}"))
}

#[test]
fn the_prompt_names_the_stage_that_goes_out_and_what_serves() {
    let mut journal = canary();
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let mut stage = Stage::new(journal.release.clone());
        stage.keys(&["a"]);
        let text = stage.text(width, height);
        assert!(text.contains("Approve for production"), "{text}");
        assert!(text.contains("stage 1 of 2: 5%"), "{text}");
    }
    for (stage, state) in [(0, StageState::Deployed), (1, StageState::Held)] {
        let at = at(-60);
        journal.github(-60, RolloutEvent::StageChanged { stage, state, at });
    }
    let waits = ApprovalEvent::Waiting {
        stage: 1,
        escalate_at: at(14_400),
        since: None,
    };
    journal.add(-60, Actor::Cockpit, waits);
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let mut stage = Stage::new(journal.release.clone());
        stage.keys(&[">"]);
        let text = stage.text(width, height);
        assert!(text.contains("Release the next stage"), "{text}");
        assert!(text.contains("stage 2 of 2: 5% to 100%"), "{text}");
    }
}
