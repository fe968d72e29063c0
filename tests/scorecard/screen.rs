//! The scorecard's screen: what it must say at each size, keys, and no size that breaks it.

use cockpit::{
    app::{Action, CardLeft, CardView, Input},
    config::{Depth, Keymap, Theme},
    ui::{Look, draw_scorecard},
};
use ratatui::{Terminal, backend::TestBackend, style::Modifier};

use crate::by_hand::card;

fn drawn(view: &CardView, size: (u16, u16), unicode: bool) -> String {
    painted(view, size, ("dark", unicode)).to_string()
}

fn painted(
    view: &CardView,
    (width, height): (u16, u16),
    (theme, unicode): (&str, bool),
) -> TestBackend {
    let theme = Theme::named(theme).unwrap();
    let look = Look::new(&theme, Depth::True, unicode, Keymap::standard());
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|frame| draw_scorecard(frame, view, &look))
        .unwrap();
    terminal.backend().clone()
}

#[test]
fn without_colours_no_bar_is_turned_round_and_the_week_that_is_read_is_the_bright_one() {
    let mut view = CardView::new(card(), Vec::new());
    view.act(&Input::Act(Action::Left));
    let screen = painted(&view, (80, 24), ("mono", true));
    let bars = screen.buffer().content().iter();
    let bars: Vec<_> = bars
        .filter(|cell| "▁▂▃▄▅▆▇█▒".contains(cell.symbol()))
        .collect();
    assert!(bars.len() > 4, "{screen}");
    let solid = bars.iter().filter(|cell| cell.symbol() != "▒");
    for cell in solid {
        assert!(cell.modifier.contains(Modifier::BOLD), "a cap: {screen}");
    }
    let reversed = bars
        .iter()
        .filter(|cell| cell.modifier.contains(Modifier::REVERSED));
    assert_eq!(reversed.count(), 0);
    let bright = bars
        .iter()
        .filter(|cell| cell.modifier.contains(Modifier::BOLD));
    let bright = bright.inspect(|cell| assert_ne!(cell.symbol(), "▒"));
    let bright = bright.count();
    assert!(
        bright > 0 && bright < bars.len(),
        "{bright} of {}",
        bars.len()
    );
}

#[test]
fn each_size_shows_the_panels_their_bands_and_the_week() {
    let mut view = CardView::new(card(), vec!["acme/shop: in part".to_owned()]);
    for size in [(80, 24), (120, 34), (200, 60)] {
        let text = drawn(&view, size, true);
        for words in [
            "22 Lead time",
            "1h 52m median",
            "DORA elite",
            "too few to say",
            "week of 2026-11-09",
            "3 deploys",
            "1 rolled back",
        ] {
            assert!(text.contains(words), "{words} at {size:?}: {text}");
        }
        insta::assert_snapshot!(format!("scorecard-{}x{}", size.0, size.1), text);
    }
    view.act(&Input::Act(Action::NextPane));
    view.act(&Input::Act(Action::Zoom));
    let text = drawn(&view, (80, 24), true);
    for words in [
        "23 Rollback rate",
        "DORA low",
        "more than 15%",
        "Report 2023",
        "hotfixes",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    insta::assert_snapshot!("scorecard-rollbacks-80x24", text);
}

#[test]
fn no_size_breaks_it_and_ascii_is_ascii() {
    let view = CardView::new(card(), Vec::new());
    for width in [1, 2, 39, 40, 41, 60, 99, 100, 300] {
        for height in [1, 2, 9, 10, 11, 27, 28, 80] {
            let text = drawn(&view, (width, height), false);
            assert!(text.is_ascii(), "{width}x{height}: {text}");
        }
    }
}

#[test]
fn keys_move_between_panels_and_weeks_and_leave() {
    let mut view = CardView::new(card(), Vec::new());
    let mut act = |action| view.act(&Input::Act(action));
    assert_eq!(act(Action::Left), CardLeft::Stays);
    assert_eq!(
        act(Action::Left),
        CardLeft::Stays,
        "the first week is the end"
    );
    assert_eq!(act(Action::Pane(4)), CardLeft::Stays);
    assert_eq!(act(Action::Zoom), CardLeft::Stays);
    assert_eq!(act(Action::Back), CardLeft::Stays, "out of the zoom first");
    assert_eq!(
        act(Action::Approve),
        CardLeft::Stays,
        "nothing is decided here"
    );
    assert_eq!(act(Action::Quit), CardLeft::Leaves);
    assert_eq!((view.panel, view.week), (3, 0));
}
