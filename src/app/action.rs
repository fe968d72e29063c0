//! What a key means, and where the help lists it. Knows neither keys nor drawing, nor what anything is called.

/// Something that a person asks of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Moves up.
    Up,
    /// Moves down.
    Down,
    /// Moves left; in a chart one minute back.
    Left,
    /// Moves right; in a chart one minute on.
    Right,
    /// One page back.
    PageUp,
    /// One page on.
    PageDown,
    /// To the first line.
    Top,
    /// To the last line.
    Bottom,
    /// To the next pane.
    NextPane,
    /// To the previous pane.
    PreviousPane,
    /// To a pane by its number, 1 to 7.
    Pane(u8),
    /// One pane fills the screen, and back.
    Zoom,
    /// Opens what is selected.
    Open,
    /// Closes what is open, one layer at a time.
    Back,
    /// Filters a list by words.
    Filter,
    /// Opens the diff from production.
    Diff,
    /// Shows the production lane.
    Lane,
    /// The next metric in the chart.
    NextMetric,
    /// In a replay: to the next word of a person.
    NextDecision,
    /// In a replay: to the one before.
    PreviousDecision,
    /// Opens the approval.
    Approve,
    /// Opens the rejection.
    Reject,
    /// Opens the rollback.
    RollBack,
    /// Switches a feature flag off.
    KillFlag,
    /// Releases the next stage.
    ReleaseStage,
    /// Holds a countdown.
    Hold,
    /// Extends the watch.
    Extend,
    /// Closes the release.
    Close,
    /// Goes on watching despite an alert.
    KeepWatching,
    /// Reports a problem that no metric sees.
    Problem,
    /// Adds a note to the record.
    Note,
    /// Signs for a role, or takes it back.
    SignOff,
    /// Opens the checklist; in it, ticks the selected item.
    Tick,
    /// Gives the driver's seat away.
    HandOver,
    /// Takes the driver's seat.
    TakeSeat,
    /// Takes the emergency way, or takes it back; afterwards another person's review of it.
    Emergency,
    /// Schedules the start.
    Schedule,
    /// Shows the Slack card.
    Card,
    /// Lets the programs of the rules run.
    Trust,
    /// Asks GitHub to stop the run.
    CancelRun,
    /// Asks GitHub to run the failed jobs again.
    RerunFailed,
    /// Opens the run in a browser.
    Browse,
    /// Copies the commands that do the same by hand.
    Copy,
    /// Finds every action by name.
    Palette,
    /// Lists the keys.
    Help,
    /// Draws everything again.
    Redraw,
    /// Puts cockpit into the background.
    Suspend,
    /// Leaves; the release goes on.
    Quit,
}

/// Where the help lists an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Moving about.
    Move,
    /// Panes and what is in them.
    Look,
    /// What reaches the release; each opens a prompt.
    Decide,
    /// cockpit itself.
    Cockpit,
}

impl Group {
    /// All, in the order of the help.
    pub const ALL: [Self; 4] = [Self::Decide, Self::Look, Self::Move, Self::Cockpit];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::Look => "Look",
            Self::Decide => "Decide",
            Self::Cockpit => "cockpit",
        }
    }
}
