//! The release's feature flags beside the alarms, and the prompt that switches one off.

use cockpit::{
    app::Effect,
    domain::{
        Actor, Feed,
        flags::{FlagEvent, FlagProvider, FlagReading, FlagsRule},
        release::Release,
    },
};

use crate::{stage::Stage, world};

/// Deployed and watched; one flag is on, of the other the provider did not say.
fn flagged() -> Release {
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
    journal.release
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
