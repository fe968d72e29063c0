//! The production lane: the line at the foot, and its box at every size, also where the server tells little.

use cockpit::{
    domain::{
        EnvironmentId, RunId, Seq,
        approval::ApprovalEvent,
        observation::{
            Conclusion, LanePlace, LaneRule, LaneRun, LaneSnapshot, PendingDeployment, Reviewer,
            RunStatus,
        },
        rollback::RollbackEvent,
        rollout::{
            ProductionAnswer, ProductionSource, RolloutEvent, RunFacts, StageState, StepState,
        },
    },
    report::slack::card,
};

use crate::{
    journal::{Journal, at, login},
    stage::{self, Stage},
    world,
};

fn open(stage: &mut Stage, width: u16, height: u16) -> String {
    stage.keys(&["L"]);
    let text = stage.text(width, height);
    stage.keys(&["Esc"]);
    text
}

fn assert_words(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "lacks {word:?}\n{text}");
    }
}

#[test]
fn who_holds_it_who_waits_and_what_a_newer_run_does() {
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let mut stage = Stage::new(world::waiting(0).release);
        stage.keys(&["L"]);
        let frame = stage.frame(width, height);
        let text = stage::text(&frame);
        assert_words(
            &text,
            &[
                "The lane production",
                "holds it for 28m",
                "run 8124",
                "waits, place 1 for 7m",
                "Release v2.15.0",
                "A newer run",
                "would wait behind it",
                "is 3 commits ahead",
            ],
        );
        insta::assert_snapshot!(format!("lane-{width}x{height}"), stage::styled(&frame));
        stage.keys(&["L"]);
        assert!(stage.model.overlay.is_none(), "the same key closes it");
    }
}

#[test]
fn one_that_waits_is_told_who_stands_before_it_and_what_threatens_it() {
    let mut journal = world::preparing();
    let lane = LaneSnapshot {
        group: "production".into(),
        position: 1,
        holder: Some(RunId(8120)),
        behind: Some(0),
        others: vec![LaneRun {
            run: RunId(8120),
            title: "Roll back to v2.13.3\u{1b}[2J".into(),
            position: 0,
            since: Some(at(-3_000)),
        }],
        since: Some(at(-600)),
    };
    journal.github(
        -60,
        RolloutEvent::LaneChanged {
            lane: LanePlace::In(lane),
        },
    );
    for (rule, words) in [
        (LaneRule::Replaces, "would take its place while it waits"),
        (LaneRule::Cancels, "would cancel it"),
    ] {
        let rule = Some(rule);
        journal.github(-60, RolloutEvent::LaneRuleSeen { rule });
        let mut stage = Stage::new(journal.release.clone());
        let foot = stage.text(200, 60);
        assert_words(&foot, &["place 1 behind run 8120", words]);
        let text = open(&mut stage, 80, 24);
        assert_words(&text, &["holds it for 50m", "waits, place 1", words]);
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}

#[test]
fn what_the_server_cannot_tell_is_said_to_be_unknown() {
    let mut journal = world::preparing();
    let mut stage = Stage::new(journal.release.clone());
    let text = open(&mut stage, 80, 24);
    assert_words(&text, &["not seen yet", "not read yet", "not compared yet"]);
    let lane = LanePlace::Untold;
    journal.github(-60, RolloutEvent::LaneChanged { lane });
    journal.github(-60, RolloutEvent::LaneRuleSeen { rule: None });
    let mut stage = Stage::new(journal.release.clone());
    assert_words(&stage.text(120, 34), &["lane: GitHub cannot tell"]);
    let text = open(&mut stage, 80, 24);
    assert_words(&text, &["GitHub cannot tell who", "no such workflow"]);
    // A run in no group is another thing than a server that does not know.
    let lane = LanePlace::OUT;
    journal.github(-60, RolloutEvent::LaneChanged { lane });
    let mut stage = Stage::new(journal.release.clone());
    assert_words(&stage.text(120, 34), &["lane: stands in none"]);
    let text = open(&mut stage, 80, 24);
    assert_words(&text, &["stands in no lane: it holds none"]);
    let rule = Some(LaneRule::Unclear("cancel-in-progress: ${{ x }}".into()));
    journal.github(-60, RolloutEvent::LaneRuleSeen { rule });
    let mut stage = Stage::new(journal.release.clone());
    let text = open(&mut stage, 80, 24);
    assert_words(&text, &["only GitHub can tell", "${{ x }}"]);
}

/// How the release stands, as Slack's card says it.
fn on_the_card(journal: &Journal) -> String {
    card(&journal.release).state.bare(|at| at.to_string())
}

#[test]
fn a_run_that_another_drove_out_of_the_lane_says_so() {
    let run = |journal: &Journal, status, conclusion| {
        let known = journal.release.rollout.run.clone().unwrap();
        RolloutEvent::RunChanged(RunFacts {
            status,
            conclusion,
            ..known
        })
    };
    let cancelled = Some(Conclusion::Cancelled);
    for (before, is_told) in [(RunStatus::Pending, true), (RunStatus::InProgress, false)] {
        let mut journal = world::preparing();
        let event = run(&journal, before, None);
        journal.github(-90, event);
        let event = run(&journal, RunStatus::Completed, cancelled);
        journal.github(-60, event);
        let text = Stage::new(journal.release.clone()).text(200, 60);
        assert_words(&text, &["CANCELLED", "the run was cancelled"]);
        let lane = open(&mut Stage::new(journal.release.clone()), 120, 34);
        assert_words(&lane, &["ended, and stands in it no more"]);
        assert!(!lane.contains("A newer run"), "{lane}");
        assert_eq!(text.contains("a newer one took its place"), is_told);
    }
}

#[test]
fn a_release_that_came_to_no_deploy_and_runs_in_production_says_so() {
    let mut journal = world::waiting(0);
    let known = journal.release.rollout.run.clone().unwrap();
    let sha = known.sha.clone();
    let cancelled = RunFacts {
        status: RunStatus::Completed,
        conclusion: Some(Conclusion::Cancelled),
        ..known
    };
    journal.github(-90, RolloutEvent::RunChanged(cancelled));
    let text = Stage::new(journal.release.clone()).text(200, 60);
    assert_words(&text, &["CANCELLED", "the run was cancelled"]);
    assert!(!text.contains("yet production"), "{text}");
    let answer = ProductionAnswer {
        source: ProductionSource::Asked,
        version: Some("v2.14.0".into()),
        sha: Some(sha),
    };
    journal.github(-60, RolloutEvent::ProductionAnswered(answer));
    let text = Stage::new(journal.release.clone()).text(200, 60);
    assert_words(
        &text,
        &["the run was cancelled · yet production runs v2.14.0"],
    );
}

#[test]
fn so_does_one_that_was_dispatched_to_deploy() {
    let mut journal = world::preparing();
    let dispatched = |status, conclusion| {
        RolloutEvent::ProductionRunChanged(RunFacts {
            run: RunId(9_000),
            attempt: 1,
            status,
            conclusion,
            ..journal.release.rollout.run.clone().unwrap()
        })
    };
    let waits = dispatched(RunStatus::Pending, None);
    let ends = dispatched(RunStatus::Completed, Some(Conclusion::Cancelled));
    journal.github(-90, RolloutEvent::ProductionRunFound { run: RunId(9_000) });
    journal.github(-80, waits);
    journal.github(-60, ends);
    let text = Stage::new(journal.release.clone()).text(200, 60);
    assert_words(&text, &["CANCELLED", "a newer one took its place"]);
}

#[test]
fn a_run_that_is_held_at_an_earlier_environment_says_so() {
    let mut journal = world::preparing();
    let event = RolloutEvent::StepChanged {
        step: "Staging".into(),
        state: StepState::Waiting,
        started: None,
        completed: None,
    };
    journal.github(-60, event);
    let holds = vec![PendingDeployment {
        environment: EnvironmentId(7),
        name: "staging".into(),
        wait_timer_minutes: 0,
        wait_timer_started: None,
        can_approve: true,
        reviewers: vec![Reviewer::User(login("ben-acme"))],
    }];
    journal.github(-60, ApprovalEvent::HeldBy { holds });
    let text = Stage::new(journal.release.clone()).text(200, 60);
    assert_words(
        &text,
        &[
            "Held on GitHub",
            "staging is reviewed by @ben-acme: decided there",
        ],
    );
}

#[test]
fn a_deploy_that_was_let_go_and_is_not_let_in_does_not_deploy() {
    let mut journal = world::waiting(0);
    let granted = ApprovalEvent::Granted {
        stage: 0,
        by: Some(login("ana")),
        ours: Some(Seq(9)),
        bypassed: false,
        open: Vec::new(),
    };
    journal.github(-60, granted);
    journal.github(-60, ApprovalEvent::HeldBy { holds: Vec::new() });
    for (status, words, told) in [
        (
            RunStatus::Pending,
            "the run waits for its lane",
            "Waits for its lane, approved by ana",
        ),
        (
            RunStatus::InProgress,
            "Deploying to production",
            "Deploys, approved by ana",
        ),
    ] {
        let known = journal.release.rollout.run.clone().unwrap();
        journal.github(-50, RolloutEvent::RunChanged(RunFacts { status, ..known }));
        let lane = open(&mut Stage::new(journal.release.clone()), 120, 34);
        let waits = status == RunStatus::Pending;
        assert_eq!(
            lane.contains("waits, though GitHub's list"),
            waits,
            "{lane}"
        );
        let text = Stage::new(journal.release.clone()).text(200, 60);
        assert_words(&text, &[words]);
        assert_words(&on_the_card(&journal), &[told]);
    }
}

#[test]
fn a_rollback_behind_its_own_release_says_what_lets_it_in() {
    let mut journal = world::waiting(0);
    let held = StageState::Held;
    for (stage, state) in [(0, StageState::Deployed), (0, held)] {
        let at = at(-100);
        journal.github(-100, RolloutEvent::StageChanged { stage, state, at });
    }
    world::ask_back(&mut journal, -50);
    journal.github(-40, RollbackEvent::RunFound { run: RunId(9100) });
    let event = RollbackEvent::RunChanged {
        status: RunStatus::Pending,
        conclusion: None,
        updated: at(-30),
    };
    journal.github(-30, event);
    let text = Stage::new(journal.release.clone()).text(200, 60);
    assert_words(&text, &["The rollback waits for its lane", "reject that"]);
    let key_bar = text.lines().last().unwrap_or_default();
    assert!(key_bar.contains("reject"), "{key_bar}");
    assert!(!key_bar.contains("approve"), "{key_bar}");
}

#[test]
fn a_rollback_that_is_not_let_in_does_not_work() {
    let mut journal = world::alerting();
    world::ask_back(&mut journal, -50);
    journal.github(-40, RollbackEvent::RunFound { run: RunId(9100) });
    for (status, words, told) in [
        (
            RunStatus::Pending,
            "The rollback waits for its lane",
            "Waits for its lane: the rollback to v2.13.4: errors",
        ),
        (
            RunStatus::InProgress,
            "its run works",
            "Rolls back to v2.13.4: errors",
        ),
    ] {
        let event = RollbackEvent::RunChanged {
            status,
            conclusion: None,
            updated: at(-30),
        };
        journal.github(-30, event);
        let text = Stage::new(journal.release.clone()).text(200, 60);
        assert_words(&text, &[words]);
        assert_words(&on_the_card(&journal), &[told]);
    }
}

#[test]
fn a_run_that_waits_for_what_is_not_seen_is_not_said_to_work() {
    let mut journal = world::preparing();
    let known = journal.release.rollout.run.clone().unwrap();
    let waiting = RunFacts {
        status: RunStatus::Waiting,
        ..known
    };
    journal.github(-60, RolloutEvent::RunChanged(waiting));
    let told = Stage::new(journal.release.clone()).text(120, 34);
    let running = told.contains("The pipeline works");
    assert!(
        running || told.contains("The run waits on GitHub"),
        "{told}"
    );
}
