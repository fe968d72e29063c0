//! Keys, pastes and clicks: what each does to the screen, and what the shell is asked to do.

use super::{
    Action, Answer, Asking, Chord, Effect, Input, Key, Model, Overlay, Palette, Pane, Place,
    Prompt, Seat, StagingView, hindrance, moved::step,
};
use crate::{
    domain::{Command, Intent, Refusal, Wind, release::Release},
    report::{by_hand, hand_over_brief},
};

impl Model {
    /// Takes one input. Pure but for the model itself; the effects are the shell's.
    pub fn update(&mut self, input: Input, release: &Release) -> Vec<Effect> {
        if self.hits.is_unseen && !self.is_safe_unseen(&input) {
            return Vec::new();
        }
        match input {
            Input::Key { chord, meant } => self.key(chord, meant, release),
            Input::Act(action) => self.act(action, release),
            Input::Paste(text) => {
                self.paste(&text);
                Vec::new()
            }
            Input::Click(x, y) => self.click(x, y, release),
            Input::Wheel(lines, x, y) => {
                self.wheel(lines, x, y);
                Vec::new()
            }
        }
    }

    /// Whether an input may do what it does though nothing of it can be seen: leaving, and taking back.
    fn is_safe_unseen(&self, input: &Input) -> bool {
        let Input::Key { chord, meant } = input else {
            return false;
        };
        let leaves = matches!(meant, Some(Action::Quit | Action::Suspend | Action::Redraw));
        match &self.overlay {
            Some(Overlay::Prompt(prompt)) if prompt.asking == Asking::Leave => true,
            Some(Overlay::Prompt(_)) => chord.key == Key::Esc || (leaves && chord.ctrl),
            _ => leaves,
        }
    }

    /// The answer of the release to the prompt's command: `None` took it.
    pub fn answered(&mut self, refusal: Option<&Refusal>, release: &Release) {
        match (refusal, &mut self.overlay) {
            (None, Some(Overlay::Prompt(prompt))) if prompt.sent => {
                let was_problem = prompt.asking == Asking::Problem;
                self.overlay = prompt.lay_over();
                // What a person reports is a trigger too: the way back is one phrase away.
                if was_problem && hindrance(Action::RollBack, release, self).is_none() {
                    self.ask(Action::RollBack, release);
                }
            }
            (Some(why), Some(Overlay::Prompt(prompt))) if prompt.sent => {
                prompt.refused(&why.to_string());
            }
            (Some(why), _) => self.say(&why.to_string()),
            (None, _) => {}
        }
    }

    fn key(&mut self, chord: Chord, meant: Option<Action>, release: &Release) -> Vec<Effect> {
        // Ctrl-C and the like leave from everywhere; a bare letter never does while something is typed.
        let is_command = chord.typed().is_none() && chord.ctrl;
        if is_command
            && let Some(action @ (Action::Quit | Action::Suspend | Action::Redraw)) = meant
        {
            return self.act(action, release);
        }
        match &mut self.overlay {
            Some(Overlay::Prompt(prompt))
                if prompt.asking == Asking::Leave && chord.key == Key::Enter =>
            {
                vec![Effect::Quit]
            }
            Some(Overlay::Prompt(prompt)) => match prompt.key(chord) {
                Answer::Open => Vec::new(),
                Answer::Cancelled => {
                    self.overlay = prompt.lay_over();
                    Vec::new()
                }
                Answer::Confirmed(intent) => {
                    let Some(actor) = self.viewer.clone() else {
                        prompt.refused("GitHub has not told yet who you are");
                        return Vec::new();
                    };
                    let intent = *intent;
                    let brief = matches!(intent, Intent::HandOver { .. })
                        .then(|| Effect::Copy(hand_over_brief(release, self.now)));
                    let command = Effect::Command(Box::new(Command { actor, intent }));
                    std::iter::once(command).chain(brief).collect()
                }
            },
            Some(Overlay::Palette(palette)) => match chord.key {
                Key::Esc => {
                    self.overlay = None;
                    Vec::new()
                }
                Key::Enter => {
                    let chosen = palette.selected();
                    self.overlay = None;
                    chosen.map_or_else(Vec::new, |action| self.act(action, release))
                }
                _ => {
                    palette.key(chord, self.hits.overlay.0.max(1));
                    Vec::new()
                }
            },
            Some(Overlay::Walk) if self.walk.typing => self.walk_key(chord, meant),
            _ if self.cases.typing => self.filter_key(chord, meant, release),
            _ => meant.map_or_else(Vec::new, |action| self.act(action, release)),
        }
    }

    fn filter_key(
        &mut self,
        chord: Chord,
        meant: Option<Action>,
        release: &Release,
    ) -> Vec<Effect> {
        match (chord.key, chord.typed()) {
            (Key::Enter, _) => self.cases.typing = false,
            (Key::Esc, _) => {
                self.cases.typing = false;
                self.cases.clear();
            }
            (Key::Backspace, _) => self.cases.pop(),
            (_, Some(c)) => self.cases.push(c),
            (Key::Up | Key::Down | Key::PageUp | Key::PageDown, None) => {
                if let Some(action) = meant {
                    return self.act(action, release);
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn paste(&mut self, text: &str) {
        match &mut self.overlay {
            Some(Overlay::Prompt(prompt)) => prompt.paste(text),
            Some(Overlay::Walk) if self.walk.typing => self.walk.paste(text),
            _ if self.cases.typing => {
                for c in text.chars().filter(|c| !c.is_control()).take(80) {
                    self.cases.push(c);
                }
            }
            // Anywhere else a paste would be a row of key presses: it is dropped.
            _ => self.say("Pasted text was not taken: it never acts as keys"),
        }
    }

    pub(super) fn act(&mut self, action: Action, release: &Release) -> Vec<Effect> {
        if matches!(self.overlay, Some(Overlay::Walk)) && self.walk_on(action) {
            return Vec::new();
        }
        if matches!(self.overlay, Some(Overlay::Checklist)) && self.checklist_on(action, release) {
            return Vec::new();
        }
        if let Some(Overlay::Help(place) | Overlay::Lane(place) | Overlay::Card(place)) =
            &mut self.overlay
        {
            match step(action, self.hits.overlay.0) {
                Some(by) => place.scroll(by, self.hits.overlay),
                None => self.overlay = None,
            }
            let closes = matches!(
                action,
                Action::Back | Action::Help | Action::Lane | Action::Card
            );
            if step(action, 1).is_some() || closes {
                return Vec::new();
            }
        }
        if let Some(wind) = self.wind(action) {
            return vec![Effect::Wind(wind)];
        }
        match action {
            Action::Quit if self.asks_to_leave(release) => {
                self.overlay = Some(Overlay::Prompt(Box::new(Prompt::plain(
                    release,
                    Asking::Leave,
                ))));
            }
            Action::Quit => return vec![Effect::Quit],
            Action::Suspend => return vec![Effect::Suspend],
            Action::Redraw => return vec![Effect::Redraw],
            Action::Browse => {
                return match release.rollout.deploying_run() {
                    Some(run) => vec![Effect::OpenUrl(run.url.to_string())],
                    None => Vec::new(),
                };
            }
            Action::Copy => {
                self.say("Copied: what to run by hand");
                return vec![Effect::Copy(by_hand(release))];
            }
            Action::Diff => self.overlay = Some(Overlay::Walk),
            Action::Lane => self.overlay = Some(Overlay::Lane(Place::default())),
            Action::Help => self.overlay = Some(Overlay::Help(Place::default())),
            Action::Card => self.overlay = Some(Overlay::Card(Place::default())),
            Action::Palette => self.overlay = Some(Overlay::Palette(Palette::default())),
            Action::NextPane => self.turn(1),
            Action::PreviousPane => self.turn(-1),
            Action::Pane(number) => self.go(number),
            Action::Zoom => {
                self.zoomed = !self.zoomed;
                self.staging = StagingView::default();
            }
            Action::Open => self.open(),
            Action::Back => self.back(),
            Action::Filter => {
                self.show_cases();
                self.cases.opened = None;
                self.cases.typing = true;
            }
            Action::NextMetric => {
                let all = release.policy.shown_metrics().len().max(1);
                self.chosen_metric = Some((self.metric() + 1) % all);
            }
            Action::Left | Action::Right => self.read(action, release),
            Action::NextDecision | Action::PreviousDecision => {
                self.say("Only a replay moves in time: cockpit replay RELEASE");
            }
            _ if action.acts() => self.ask(action, release),
            _ => self.step(action, release),
        }
        Vec::new()
    }

    /// What an action moves in a replay; `None` where it means what it always means.
    fn wind(&self, action: Action) -> Option<Wind> {
        if self.seat != Seat::Replay {
            return None;
        }
        match action {
            Action::Tick => Some(Wind::PlayPause),
            Action::Right => Some(Wind::Next),
            Action::Left => Some(Wind::Previous),
            Action::NextDecision => Some(Wind::NextDecision),
            Action::PreviousDecision => Some(Wind::PreviousDecision),
            _ => None,
        }
    }

    /// Moves within the pane that has the focus.
    fn step(&mut self, action: Action, release: &Release) {
        if self.focus == Pane::Metrics {
            let all = release.policy.shown_metrics().len().max(1);
            match action {
                Action::Down => self.chosen_metric = Some((self.metric() + 1) % all),
                Action::Up => self.chosen_metric = Some((self.metric() + all - 1) % all),
                _ => {}
            }
            return;
        }
        let reach = self.hits.reach[self.focus.index()];
        let Some(by) = step(action, reach.0) else {
            return;
        };
        match self.focus {
            Pane::Tests if self.zoomed && !self.lists_cases() => {
                self.staging.place.scroll(by, reach);
            }
            Pane::Tests if self.zoomed && !self.cases.is_empty() => {
                if let Some(top) = &mut self.cases.opened {
                    *top = top
                        .saturating_add_signed(by)
                        .min(reach.1.saturating_sub(reach.0));
                } else {
                    let all = self.cases.len();
                    self.cases.place.step(by, (reach.0, all));
                }
            }
            Pane::Explain | Pane::Log => self.places[self.focus.index()].scroll(by, reach),
            pane => self.places[pane.index()].step(by, reach),
        }
    }

    fn turn(&mut self, by: isize) {
        let panes = self.panes();
        let at = panes
            .iter()
            .position(|pane| *pane == self.focus)
            .unwrap_or(0);
        let to = (at + panes.len()).saturating_add_signed(by) % panes.len();
        self.focus = panes[to];
    }

    /// A pane that the layout folds away opens over the whole screen.
    fn go(&mut self, number: u8) {
        let Some(pane) = Pane::ALL.into_iter().find(|pane| pane.number() == number) else {
            return;
        };
        let is_laid_out = self.panes().contains(&pane);
        if !is_laid_out {
            self.zoomed = true;
        } else if self.zoomed && !self.panes().contains(&self.focus) {
            self.zoomed = false;
        }
        self.focus = pane;
    }

    fn open(&mut self) {
        if !self.zoomed {
            if self.focus == Pane::Tests {
                self.open_staging();
            }
            self.zoomed = true;
        } else if self.focus == Pane::Tests && !self.staging.cases {
            self.staging.cases = self.cases.report().is_some();
        } else if self.focus == Pane::Tests && self.cases.selected().is_some() {
            self.cases.opened = Some(0);
        }
    }

    /// Closes one layer: an open case, the cursor, the filter, the zoom.
    fn back(&mut self) {
        if self.cases.opened.take().is_some() {
            return;
        }
        if self.focus == Pane::Metrics && self.cursor.take().is_some() {
            return;
        }
        if self.lists_cases() && !self.cases.filter().is_empty() {
            self.cases.clear();
            return;
        }
        self.zoomed = false;
        self.staging = StagingView::default();
        if !self.panes().contains(&self.focus) {
            self.focus = self.panes()[0];
        }
    }

    /// Moves the chart's cursor over the minutes that there are.
    fn read(&mut self, action: Action, release: &Release) {
        if self.focus != Pane::Metrics {
            return;
        }
        let Some(metric) = release.policy.metrics.get(self.metric()) else {
            return;
        };
        let Some(series) = release.watch.series.get(&metric.key()) else {
            return;
        };
        let (Some(first), Some(last)) = (series.keys().next(), series.keys().next_back()) else {
            return;
        };
        let by = if action == Action::Left { -1 } else { 1 };
        let to = self.cursor.map_or(*last, |at| at.plus(by));
        self.cursor = Some(to.clamp(*first, *last));
    }
}
