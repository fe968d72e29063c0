//! The picker: runs are told apart, one is chosen, no size breaks it.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use cockpit::{
    app::{Action, Picked, Picker, Place},
    config::{Depth, Keymap, Theme},
    domain::{
        Login, RunId, Sha,
        observation::{RunSnapshot, RunStatus},
    },
    ui::{Look, draw_picker},
};
use jiff::{Timestamp, tz::TimeZone};
use ratatui::{Terminal, backend::TestBackend};

fn run(id: u64) -> RunSnapshot {
    let at = Timestamp::from_second(1_791_800_000).unwrap();
    RunSnapshot {
        id: RunId(id),
        attempt: 1,
        head_sha: Sha::parse(&format!("{id:0>40}")).unwrap(),
        head_branch: None,
        title: format!("Release {id}").as_str().into(),
        workflow: "deploy".into(),
        path: ".github/workflows/deploy.yml".into(),
        event: "push".into(),
        status: RunStatus::Waiting,
        conclusion: None,
        actor: None,
        triggering_actor: Some(Login::parse("ana").unwrap()),
        created: at,
        started: None,
        updated: at,
        url: "https://github.com/acme/storefront".into(),
        pull_requests: Vec::new(),
    }
}

#[test]
fn a_run_is_chosen_and_leaving_chooses_none() {
    let mut picker = Picker {
        service: "storefront".into(),
        runs: (1..=40).map(run).collect(),
        place: Place::default(),
        now: Timestamp::from_second(1_791_800_120).unwrap(),
        zone: TimeZone::UTC,
    };
    let theme = Theme::named("dark").unwrap();
    let look = Look::new(&theme, Depth::True, true, Keymap::standard());
    for (width, height) in [(1, 1), (3, 2), (59, 17), (80, 24), (300, 80)] {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal
            .draw(|frame| {
                draw_picker(frame, &picker, &look);
            })
            .unwrap();
        if height == 24 {
            let text = terminal.backend().to_string();
            assert!(
                text.contains("Release 1 ") && text.contains("2m ago"),
                "{text}"
            );
        }
    }
    assert_eq!(picker.act(Action::Down, 20), Picked::Open);
    assert_eq!(picker.act(Action::Open, 20), Picked::Run(RunId(2)));
    assert_eq!(picker.act(Action::Quit, 20), Picked::Left);
    assert_eq!(picker.act(Action::Approve, 20), Picked::Open);
}
