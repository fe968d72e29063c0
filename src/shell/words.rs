//! What is told to the terminal beside the cells: bell, desktop notices, titles, the last words.

use super::setup::Setup;
use crate::{
    app::Notice,
    domain::{Login, release::Release},
};

/// Text that cannot end its sequence, in a length that fits a title.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}

/// Bell, and OSC 9 and 777 for desktops.
pub(super) fn told(setup: &Setup, notice: &Notice) -> Vec<u8> {
    let mut words = Vec::new();
    if setup.bell {
        words.push(b'\x07');
    }
    if setup.notify {
        // OSC 777 divides its fields by `;`.
        let text = plain(&notice.text).replace(';', ",");
        let osc = format!("\x1b]9;{text}\x07\x1b]777;notify;cockpit;{text}\x07");
        words.extend(osc.into_bytes());
    }
    words
}

/// The exit code and the last words of a flight that is left, or that `relieved` took over.
pub(super) fn parting(release: &Release, relieved: Option<&Login>) -> (u8, String) {
    let is_over = release.phase().is_end();
    let exit = if is_over {
        release.outcome().exit_code()
    } else {
        0
    };
    if let Some(by) = relieved {
        let words = format!(
            "{by} drives now: `cockpit watch {}` looks on",
            release.key.run
        );
        return (exit, words);
    }
    let (service, name) = (&release.policy.service, release.name());
    if is_over {
        let words = format!("{service} {name}: {}", release.outcome().word());
        return (exit, words);
    }
    let words = format!(
        "{service} {name}: {}; it goes on without this cockpit, and `cockpit {}` takes it up again",
        release.phase().word(),
        release.key.run
    );
    (exit, words)
}
