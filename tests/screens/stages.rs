//! A canary's prompts say which stage goes out.

use cockpit::domain::{
    Actor, EnvironmentId,
    approval::ApprovalEvent,
    judge::{JudgeEvent, State},
    observation::{PendingDeployment, Sample},
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

/// Approved, and out for ten minutes.
fn first_stage_serves(journal: &mut Journal) {
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
    ] {
        let at = at(seconds);
        journal.github(seconds, RolloutEvent::StageChanged { stage, state, at });
    }
}

/// A canary at 5% that was judged for its three minutes; the next stage waits.
pub(crate) fn judged() -> Journal {
    judged_until(-120)
}

/// The same with its minutes up to these seconds.
fn judged_until(newest: i64) -> Journal {
    let rules = |rules: &str| {
        let gated = CANARY.replacen("duration", "gates = [\"error_rate < 1%\"], duration", 1);
        format!("{rules}{gated}")
    };
    let mut journal = world::waiting_by(&rules);
    first_stage_serves(&mut journal);
    let held = RolloutEvent::StageChanged {
        stage: 1,
        state: StageState::Held,
        at: at(-600),
    };
    journal.github(-600, held);
    for seconds in (-540..newest).step_by(60) {
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
        assert!(text.contains("PRODUCTION 5%"), "{text}");
        stage.keys(&[">"]);
        let text = stage.text(width, height);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("✔ 5% duration: 3 of 3 minutes"), "{text}");
    }
}

#[test]
fn gates_that_pass_while_the_prompt_is_open_are_told_beside_what_is_bound() {
    let mut journal = judged_until(-420);
    let mut stage = Stage::new(journal.release.clone());
    let pass = |stage: &Stage| {
        let gates = stage.model.derived.gates.iter();
        gates
            .filter(|gate| gate.verdict.state == State::Pass)
            .count()
    };
    stage.keys(&[">"]);
    let (early, all) = (pass(&stage), stage.model.derived.gates.len());
    let bound = format!("{early} of {all} gates pass");
    assert!(!stage.text(120, 34).contains(&format!("{bound},")));
    for seconds in (-420..-120).step_by(60) {
        world::minute(&mut journal, seconds, |_, sample| sample);
    }
    stage.release = journal.release;
    stage.model.see(&stage.release, at(1));
    let now = pass(&stage);
    assert!(now > early, "{now} of {all}");
    let text = stage.text(120, 34);
    assert!(text.contains(&format!("{bound}, {now} now")), "{text}");
}

/// A canary of jobs, which nothing holds: 5% serves for a few minutes, 100% goes on by itself.
pub(crate) fn watched_only(errors: f64) -> Journal {
    let stages = "
[strategy]
kind = \"canary\"
stages = [
  { weight = \"5%\", job = \"deploy-5\", duration = \"10m\", gates = [\"error_rate < 1%\"] },
  { weight = \"100%\", job = \"deploy\" } ]
";
    let mut journal = world::waiting_by(&|rules| format!("{rules}{stages}"));
    first_stage_serves(&mut journal);
    for seconds in (-540..-120).step_by(60) {
        world::minute(&mut journal, seconds, |name, sample| match name {
            "error_rate" => Sample::Value(errors),
            _ => sample,
        });
    }
    journal
}

#[test]
fn a_stage_that_nothing_holds_is_said_to_be_watched_only_and_no_key_lets_the_next_one_go() {
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let mut stage = Stage::new(watched_only(0.12).release);
        let text = stage.text(width, height);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("5% serves and is judged"), "{text}");
        assert!(words.contains("watched only"), "{text}");
        assert!(!text.contains("waits for your decision"), "{text}");
        stage.keys(&[">"]);
        assert!(!stage.text(width, height).contains("Release the next stage"));
    }
}

#[test]
fn the_word_beside_a_stage_is_what_its_own_gates_say() {
    let badge = |errors: f64| Stage::new(watched_only(errors).release).text(120, 34);
    let calm = badge(0.12);
    // Without the canary's own series what is read is the whole: it passes nothing by itself.
    assert!(!calm.contains("✔ healthy"), "{calm}");
    assert!(calm.contains("? not all known"), "{calm}");
    assert!(badge(1.6).contains("a gate fails"), "{}", badge(1.6));
}

/// 5% serves; the deploy to the rest failed.
pub(crate) fn partial() -> Journal {
    let mut journal = judged();
    let at = at(-40);
    let granted = ApprovalEvent::Granted {
        stage: 1,
        by: None,
        ours: None,
        bypassed: false,
        open: Vec::new(),
    };
    journal.github(-50, granted);
    for state in [StageState::Deploying, StageState::Failed] {
        journal.github(
            -40,
            RolloutEvent::StageChanged {
                stage: 1,
                state,
                at,
            },
        );
    }
    let why = "partial deploy: v2.14.0 serves 5%, v2.13.4 the rest; the deploy to 100% failed (production)";
    journal.github(-40, RolloutEvent::IssueDetected { why: why.into() });
    journal
}

#[test]
fn a_stage_that_failed_after_a_share_got_the_version_is_an_issue_and_no_doubt() {
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let text = Stage::new(partial().release).text(width, height);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words.contains("partial deploy: v2.14.0 serves 5%"),
            "{text}"
        );
        assert!(words.contains("MONITOR ISSUE DETECTED"), "{text}");
        assert!(!text.to_lowercase().contains("cannot tell"), "{text}");
        assert!(!text.contains("next stage"), "{text}");
        assert!(text.contains("✖ issue detected"), "{text}");
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
