//! Clicks in the chat and letters of other cockpits: taken as if a key had been pressed, each with its own right, and answered.

use tokio::{sync::mpsc, task::spawn_blocking};

use super::{
    clicker::{ClickAnswer, ClickSaid, Clicker},
    driving::Flight,
    flying::Flying as _,
    letters::{Letter, Reply},
};
use crate::{
    domain::{
        Intent, Refusal,
        chat::{Asked, Button, Click},
    },
    report::slack::{refused, reject_window},
};

impl Flight {
    /// Does what a click asks for, where it may.
    pub(super) fn click(&mut self, click: Click, answer: mpsc::Sender<ClickAnswer>) {
        let release = self.release();
        let clicker = Clicker::new(click.clone(), answer);
        if click.button == Button::Reject {
            let said = match release.may_reject(&click) {
                Ok(()) => {
                    let (channel, value) = (click.channel, click.value);
                    ClickSaid::AskReason(reject_window(release, &Asked { channel, value }))
                }
                Err(refusal) => ClickSaid::Refused(refused(&refusal)),
            };
            return clicker.say(said);
        }
        let taken = release
            .clicked(click)
            .and_then(|command| self.submit(command));
        match taken {
            // Told once it is on record, which the same click once more is already.
            Ok(()) if self.writing.is_none() => clicker.say(ClickSaid::Counts),
            Ok(()) => self.clicker = Some(clicker),
            Err(refusal) => clicker.say(ClickSaid::Refused(refused(&refusal))),
        }
    }

    /// A click's record is written, or could not be.
    pub(super) fn answer_click(&mut self, refusal: Option<&Refusal>) {
        if let Some(clicker) = self.clicker.take() {
            clicker.say(match refusal {
                None => ClickSaid::Counts,
                Some(refusal) => ClickSaid::Refused(refused(refusal)),
            });
        }
    }

    /// Does what a letter asks for, and answers.
    pub(super) fn read(&mut self, name: String, letter: Letter) {
        let Some(letters) = self.letters.clone() else {
            return;
        };
        let command = letter.command();
        let takes_seat = command.intent == Intent::TakeSeat;
        let by = command.actor.clone();
        let refusal = self.submit(command).err();
        let is_written = refusal.is_none() && self.writing.is_some();
        self.relieved = Some(by).filter(|_| takes_seat && is_written);
        let answer = Reply::of(refusal.as_ref()).bytes();
        // Who wrote it looks at the journal too: an answer that is lost changes nothing.
        drop(spawn_blocking(move || letters.answer(&name, &answer)));
    }
}
