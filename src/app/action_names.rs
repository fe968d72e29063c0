//! What each action is called: one list feeds the keymap, the key bar, the help and the palette.
//! Knows neither keys nor drawing.

use super::action::{Action, Group};

/// One row of the list: name in the keymap, short label, a sentence, the group.
type Row = (Action, &'static str, &'static str, &'static str, Group);

const ROWS: [Row; 54] = {
    use Action::{
        Approve, Back, Bottom, Browse, CancelRun, Card, Close, Copy, Diff, Down, Emergency, Extend,
        Filter, HandOver, Help, Hold, KeepWatching, KillFlag, Lane, Left, NextDecision, NextMetric,
        NextPane, Note, Open, PageDown, PageUp, Palette, Pane, PreviousDecision, PreviousPane,
        Problem, Quit, Redraw, Reject, ReleaseStage, RerunFailed, Right, RollBack, Schedule,
        SignOff, Suspend, TakeSeat, Tick, Top, Trust, Up, Zoom,
    };
    use Group::{Cockpit, Decide, Look, Move};
    [
        (
            Approve,
            "approve",
            "approve",
            "Approve the release for production",
            Decide,
        ),
        (
            Reject,
            "reject",
            "reject",
            "Reject the release, with a reason",
            Decide,
        ),
        (
            RollBack,
            "roll-back",
            "roll back",
            "Roll production back",
            Decide,
        ),
        (
            KillFlag,
            "kill-flag",
            "switch a flag off",
            "Switch a feature flag of the release off",
            Decide,
        ),
        (
            ReleaseStage,
            "release-stage",
            "next stage",
            "Release the next stage of the rollout",
            Decide,
        ),
        (
            KeepWatching,
            "keep-watching",
            "keep watching",
            "Go on watching despite the alert",
            Decide,
        ),
        (
            Hold,
            "hold",
            "hold",
            "Hold the countdown to a rollback",
            Decide,
        ),
        (Extend, "extend", "extend", "Extend the watch", Decide),
        (Close, "close", "close", "Close the release", Decide),
        (
            Problem,
            "problem",
            "problem",
            "Report a problem that no metric sees",
            Decide,
        ),
        (Note, "note", "note", "Add a note to the record", Decide),
        (
            SignOff,
            "sign-off",
            "sign off",
            "Sign for a role, or take it back",
            Decide,
        ),
        (
            Tick,
            "tick",
            "checklist",
            "Walk the checklist, tick and untick items",
            Decide,
        ),
        (
            HandOver,
            "hand-over",
            "hand over",
            "Hand the driver's seat over",
            Decide,
        ),
        (
            TakeSeat,
            "take-seat",
            "take the seat",
            "Take the driver's seat",
            Decide,
        ),
        (
            Emergency,
            "emergency",
            "emergency",
            "Take the emergency way, withdraw or review it",
            Decide,
        ),
        (
            Schedule,
            "schedule",
            "schedule",
            "Schedule the start: nothing is approved before",
            Decide,
        ),
        (
            Trust,
            "trust",
            "trust",
            "Let the programs run that the rules name",
            Decide,
        ),
        (
            CancelRun,
            "cancel-run",
            "cancel the run",
            "Ask GitHub to stop the run",
            Decide,
        ),
        (
            RerunFailed,
            "rerun-failed",
            "re-run failed jobs",
            "Ask GitHub to run the failed jobs again",
            Decide,
        ),
        (Card, "card", "Slack card", "Show the Slack card", Look),
        (
            Zoom,
            "zoom",
            "zoom",
            "Let one pane fill the screen, and back",
            Look,
        ),
        (Open, "open", "open", "Open what is selected", Look),
        (Back, "back", "back", "Close what is open", Look),
        (Filter, "filter", "filter", "Filter the list by words", Look),
        (
            Diff,
            "diff",
            "diff",
            "Walk the diff: files, commits, packages, lines",
            Look,
        ),
        (
            Lane,
            "lane",
            "lane",
            "Show the lane: who holds it, who waits behind",
            Look,
        ),
        (
            NextMetric,
            "next-metric",
            "metric",
            "Show the next metric in the chart",
            Look,
        ),
        (
            Browse,
            "browse",
            "browser",
            "Open the run in a browser",
            Look,
        ),
        (
            Copy,
            "copy",
            "copy",
            "Copy the commands that do the same by hand",
            Look,
        ),
        (
            NextDecision,
            "next-decision",
            "next decision",
            "In a replay, to the next word of a person",
            Look,
        ),
        (
            PreviousDecision,
            "previous-decision",
            "decision before",
            "In a replay, to the word of a person before",
            Look,
        ),
        (NextPane, "next-pane", "pane", "Go to the next pane", Move),
        (
            PreviousPane,
            "previous-pane",
            "pane back",
            "Go to the previous pane",
            Move,
        ),
        (Pane(1), "pane-1", "pane 1", "Go to pane 1", Move),
        (Pane(2), "pane-2", "pane 2", "Go to pane 2", Move),
        (Pane(3), "pane-3", "pane 3", "Go to pane 3", Move),
        (Pane(4), "pane-4", "pane 4", "Go to pane 4", Move),
        (Pane(5), "pane-5", "pane 5", "Go to pane 5", Move),
        (Up, "up", "up", "Move up", Move),
        (Down, "down", "down", "Move down", Move),
        (Left, "left", "left", "Left; in charts a minute back", Move),
        (
            Right,
            "right",
            "right",
            "Right; in charts a minute on",
            Move,
        ),
        (PageUp, "page-up", "page up", "One page up", Move),
        (PageDown, "page-down", "page down", "One page down", Move),
        (Top, "top", "first", "To the first line", Move),
        (Bottom, "bottom", "last", "To the last line", Move),
        (
            Palette,
            "palette",
            "actions",
            "Find any action by name",
            Cockpit,
        ),
        (Help, "help", "help", "List the keys", Cockpit),
        (Redraw, "redraw", "redraw", "Draw the screen again", Cockpit),
        (
            Suspend,
            "suspend",
            "suspend",
            "Put cockpit into the background",
            Cockpit,
        ),
        (Quit, "quit", "quit", "Leave; the release goes on", Cockpit),
        (Pane(6), "pane-6", "pane 6", "Go to pane 6", Move),
        (Pane(7), "pane-7", "pane 7", "Go to pane 7", Move),
    ]
};

impl Action {
    /// All that a key may mean, in the order of the help.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| row.0)
    }

    fn row(self) -> &'static Row {
        // Every action stands in the list: a test walks the enum.
        ROWS.iter().find(|row| row.0 == self).unwrap_or(&ROWS[0])
    }

    /// Its name in the keymap, `roll-back`.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// One or two words for the key bar.
    pub fn label(self) -> &'static str {
        self.row().2
    }

    /// What it does, for help and palette.
    pub fn about(self) -> &'static str {
        self.row().3
    }

    /// Where the help lists it.
    pub fn group(self) -> Group {
        self.row().4
    }

    /// Whether it reaches the release.
    pub fn acts(self) -> bool {
        self.group() == Group::Decide
    }

    /// The action of that name.
    pub fn named(name: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_lead_back() {
        for (at, row) in ROWS.iter().enumerate() {
            assert_eq!(Action::named(row.1), Some(row.0));
            assert!(
                ROWS.iter()
                    .skip(at + 1)
                    .all(|other| other.0 != row.0 && other.1 != row.1),
                "{} stands twice",
                row.1
            );
        }
    }
}
