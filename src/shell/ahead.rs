//! What the window can detect, worked out behind the screen: it takes longer than a key may wait.

use tokio::task::{JoinHandle, spawn_blocking};

use crate::{app::sighted, domain::release::Sighting};

/// By metric, in words.
type Sight = Vec<(String, String)>;

/// The question that is being answered.
#[derive(Debug, Default)]
pub(super) struct Ahead(Option<JoinHandle<Sight>>);

impl Ahead {
    /// Asks; a question that is still open is forgotten.
    pub(super) fn ask(&mut self, asked: Vec<Sighting>) {
        self.0 = Some(spawn_blocking(move || sighted(&asked)));
    }

    /// The answer, once it is there. Dropping the future loses nothing.
    pub(super) async fn told(&mut self) -> Sight {
        loop {
            let Some(asked) = &mut self.0 else {
                return std::future::pending().await;
            };
            let told = asked.await;
            self.0 = None;
            // What broke says nothing; the next question is asked in a few minutes.
            if let Ok(sight) = told {
                return sight;
            }
        }
    }
}
