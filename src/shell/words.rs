//! What is told to the terminal beside the cells: bell, desktop notices, titles.

use super::setup::Setup;
use crate::app::Notice;

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
