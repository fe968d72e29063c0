//! The release's feature flags beside the alarms, and the prompt that switches one off.

use cockpit::{
    app::Effect,
    domain::{
        Actor, Feed,
        flags::{FlagEvent, FlagProvider, FlagReading, FlagsRule},
        record::RecordEvent,
        release::Release,
    },
};

use crate::{journal::at, stage::Stage, world};

fn flagged() -> Release {
    flags(false)
}

/// Deployed and watched; one flag is on, of the other the provider did not say. Perhaps it says nothing any more.
fn flags(is_silent: bool) -> Release {
    let mut journal = world::monitoring();
    journal.release.policy.flags = Some(FlagsRule {
        provider: FlagProvider::Unleash,
        environment: "production".to_owned(),
        names: vec!["new-checkout".to_owned(), "dark-mode".to_owned()],
    });
    let unknown = FlagReading::Unknown("404: no such feature\u{1b}[2J".into());
    for (flag, reading) in [("new-checkout", FlagReading::On), ("dark-mode", unknown)] {
        let flag = flag.to_owned();
        let seen = FlagEvent::Seen { flag, reading };
        journal.add(-90, Actor::Feed(Feed::Flags), seen);
    }
    if is_silent {
        let silent = RecordEvent::FeedSilent {
            feed: Feed::Flags,
            since: at(-80),
            why: "flag new-checkout: connection refused".into(),
        };
        journal.add(-30, Actor::Cockpit, silent);
    }
    journal.release
}

#[test]
fn how_a_flag_stood_before_its_provider_fell_silent_is_not_how_it_stands() {
    for (width, height) in [(120, 34), (200, 60)] {
        let release = flags(true);
        assert_eq!(release.killable_flags().len(), 2);
        let text = Stage::new(release).text(width, height);
        assert!(text.contains("unknown: silent"), "{text}");
        assert!(!text.contains("1 of 2 flags on"), "{text}");
    }
}

#[test]
fn each_flag_says_how_it_stands_and_what_is_not_known_is_said_so() {
    for (width, height) in [(120, 34), (200, 60)] {
        let text = Stage::new(flagged()).text(width, height);
        for words in ["new-checkout", "on", "dark-mode", "404"] {
            assert!(text.contains(words), "{words}\n{text}");
        }
        assert!(!text.contains('\u{1b}'), "{text}");
        insta::assert_snapshot!(format!("flags-{width}x{height}"), text);
    }
}

#[test]
fn a_flag_is_switched_off_by_its_typed_name_and_a_reason() {
    for (width, height) in [(80, 24), (120, 34), (200, 60)] {
        let mut stage = Stage::new(flagged());
        stage.keys(&["K"]);
        let text = stage.text(width, height);
        for words in ["for everyone", "no rollback", "Why", "new-checkout"] {
            assert!(text.contains(words), "{words}\n{text}");
        }
        insta::assert_snapshot!(format!("kill-{width}x{height}"), text);
        // The keys of a hurry do nothing: a name and a reason are typed.
        let effects = stage.keys(&["Enter", "Enter", "Enter"]);
        let sent = effects.iter().any(|one| matches!(one, Effect::Command(_)));
        assert!(!sent, "{effects:?}");
    }
}
