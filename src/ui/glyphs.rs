//! The signs on the screen, for terminals with Unicode and for those without.
//!
//! Every sign is one column wide; a state always has a word beside its sign.

/// A set of signs.
#[derive(Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// cockpit.
    pub mark: &'static str,
    /// Passed.
    pub ok: &'static str,
    /// Wants a look.
    pub warn: &'static str,
    /// Failed.
    pub fail: &'static str,
    /// Unknown.
    pub unknown: &'static str,
    /// Still to come.
    pub open: &'static str,
    /// Goes on now.
    pub now: &'static str,
    /// Waits for a person.
    pub waits: &'static str,
    /// Skipped, or before this release.
    pub past: &'static str,
    /// A feed that answers.
    pub live: &'static str,
    /// From, to.
    pub arrow: &'static str,
    /// The selected metric.
    pub pick: &'static str,
    /// Between words.
    pub dot: &'static str,
    /// Between steps that are done.
    pub link: &'static str,
    /// Between steps that are still to come.
    pub link_open: &'static str,
    /// Text goes on.
    pub more: &'static str,
    /// More below.
    pub below: &'static str,
    /// More above.
    pub above: &'static str,
    /// A list item.
    pub item: &'static str,
    /// Left and right arrow keys.
    pub sideways: &'static str,
    /// A minus sign.
    pub minus: &'static str,
    /// Corners and lines of a pane: top left, top right, bottom left, bottom right, across, down.
    pub frame: [&'static str; 6],
    /// The same for the focus where there are no colours.
    pub frame_bold: [&'static str; 6],
    /// Horizontal line of a threshold.
    pub threshold: &'static str,
    /// Fills the usual band where no colour can.
    pub band: &'static str,
    /// Vertical line of a marker.
    pub marker: &'static str,
    /// The axis of a chart: line, tick.
    pub axis: [&'static str; 2],
    /// Vertical line of the chart's cursor.
    pub cursor: &'static str,
    /// What charts are drawn with.
    pub dots: Dots,
    /// A tick box, empty and ticked.
    pub boxes: [&'static str; 2],
}

/// What the line of a chart is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dots {
    /// Eight dots a cell.
    Braille,
    /// Two halves a cell, for fonts without braille.
    Blocks,
    /// Punctuation.
    Ascii,
}

/// For terminals with Unicode.
pub const UNICODE: Glyphs = Glyphs {
    mark: "▲",
    ok: "✔",
    warn: "▲",
    fail: "✖",
    unknown: "?",
    open: "○",
    now: "◉",
    waits: "◉",
    past: "░",
    live: "●",
    arrow: "→",
    pick: "▸",
    dot: "·",
    link: "─",
    link_open: "┄",
    more: "…",
    below: "▼",
    above: "▲",
    item: "•",
    sideways: "←→",
    minus: "−",
    frame: ["╭", "╮", "╰", "╯", "─", "│"],
    frame_bold: ["┏", "┓", "┗", "┛", "━", "┃"],
    threshold: "╌",
    band: "░",
    marker: "┊",
    axis: ["│", "┤"],
    cursor: "│",
    dots: Dots::Braille,
    boxes: ["☐", "☑"],
};

/// For terminals with Unicode whose font has no braille.
pub const BLOCKS: Glyphs = Glyphs {
    dots: Dots::Blocks,
    ..UNICODE
};

/// For terminals without.
pub const ASCII: Glyphs = Glyphs {
    mark: "^",
    ok: "+",
    warn: "!",
    fail: "x",
    unknown: "?",
    open: "o",
    now: "@",
    waits: "@",
    past: "%",
    live: "*",
    arrow: ">",
    pick: ">",
    dot: "-",
    link: "-",
    link_open: ".",
    more: "~",
    below: "v",
    above: "^",
    item: "*",
    sideways: "<>",
    minus: "-",
    frame: ["+", "+", "+", "+", "-", "|"],
    frame_bold: ["#", "#", "#", "#", "=", "#"],
    threshold: "-",
    band: "~",
    marker: ":",
    axis: ["|", "+"],
    cursor: "|",
    dots: Dots::Ascii,
    boxes: ["-", "+"],
};

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn every_sign_is_one_column_wide() {
        for set in [&UNICODE, &ASCII] {
            let signs = [
                set.mark,
                set.ok,
                set.warn,
                set.fail,
                set.unknown,
                set.open,
                set.now,
                set.waits,
                set.past,
                set.live,
                set.arrow,
                set.pick,
                set.dot,
                set.link,
                set.link_open,
                set.more,
                set.below,
                set.above,
                set.item,
                set.minus,
                set.threshold,
                set.band,
                set.marker,
                set.cursor,
            ];
            for sign in signs
                .iter()
                .chain(&set.frame)
                .chain(&set.frame_bold)
                .chain(&set.axis)
                .chain(&set.boxes)
            {
                assert_eq!(sign.width(), 1, "{sign}");
            }
        }
    }
}
