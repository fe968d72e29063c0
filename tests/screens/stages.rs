//! A canary's prompts say which stage goes out.

use cockpit::domain::{
    Actor, EnvironmentId,
    approval::ApprovalEvent,
    judge::JudgeEvent,
    observation::PendingDeployment,
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

/// A canary at 5% that was judged for its three minutes; the next stage waits.
fn judged() -> Journal {
    let rules = |rules: &str| {
        let gated = CANARY.replacen("duration", "gates = [\"error_rate < 1%\"], duration", 1);
        format!("{rules}{gated}")
    };
    let mut journal = world::waiting_by(&rules);
    let granted = ApprovalEvent::Granted {
        stage: 0,
        by: None,
        ours: None,
        bypassed: false,
        open: Vec::new(),
    };
    journal.github(-700, granted);
    for (stage, state, seconds) in [
        (0, StageState::Deploying, -690),
        (0, StageState::Deployed, -600),
        (1, StageState::Held, -600),
    ] {
        let at = at(seconds);
        journal.github(seconds, RolloutEvent::StageChanged { stage, state, at });
    }
    for seconds in (-540..-120).step_by(60) {
        world::minute(&mut journal, seconds, |_, sample| sample);
    }
    let waits = ApprovalEvent::Waiting {
        stage: 1,
        escalate_at: at(14_400),
        since: None,
    };
    journal.add(-60, Actor::Cockpit, waits);
    journal
}

#[test]
fn a_stage_that_waits_says_what_waits_and_what_the_one_before_was_judged_by() {
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let mut stage = Stage::new(judged().release);
        let text = stage.text(width, height);
        assert!(
            text.contains("5% serves. 100% waits for your decision"),
            "{text}"
        );
        stage.keys(&[">"]);
        let text = stage.text(width, height);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("✔ 5% duration: 3 of 3 minutes"), "{text}");
    }
}

#[test]
fn the_way_back_from_a_canary_says_how_much_of_production_has_the_candidate() {
    let mut stage = Stage::new(judged().release);
    stage.keys(&["R"]);
    let text = stage.text(120, 34);
    assert!(
        text.contains("5% serves v2.14.0, the rest v2.13.4"),
        "{text}"
    );
    let mut journal = judged();
    let (stage, state, at) = (1, StageState::Deploying, at(-30));
    journal.github(-30, RolloutEvent::StageChanged { stage, state, at });
    let mut stage = Stage::new(journal.release);
    stage.keys(&["R"]);
    let text = stage.text(200, 60);
    assert!(
        text.contains("5% serves v2.14.0, and on the way to 100% nobody"),
        "{text}"
    );
}

#[test]
fn a_stage_that_waits_for_another_person_says_so() {
    let mut journal = judged();
    let hold = PendingDeployment {
        environment: EnvironmentId(11),
        name: "production".into(),
        wait_timer_minutes: 0,
        wait_timer_started: None,
        can_approve: false,
        reviewers: Vec::new(),
    };
    journal.github(-30, ApprovalEvent::HeldBy { holds: vec![hold] });
    for (width, height) in [(80, 24), (120, 34)] {
        let text = Stage::new(journal.release.clone()).text(width, height);
        assert!(
            text.contains("5% serves. Waits for someone else's decision"),
            "{text}"
        );
    }
}

#[test]
fn the_end_of_a_release_is_seen_where_not_all_its_steps_have_room() {
    let mut journal = world::monitoring();
    let judged = JudgeEvent::WindowJudged {
        healthy: true,
        gates: Vec::new(),
    };
    journal.add(-2, Actor::Cockpit, judged);
    let text = Stage::new(journal.release).text(80, 24);
    assert!(text.contains("✔ Monitor  ✔ Done"), "{text}");
}
