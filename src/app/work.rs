//! Long work and how far it is: downloads that a person waits for.

use crate::domain::{policy::Unit, wording};

/// Something that runs long, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// What.
    pub what: String,
    /// Bytes so far.
    pub done: u64,
    /// Bytes in all, where known.
    pub all: Option<u64>,
}

impl Work {
    /// `reading junit, 1.2 MB of 3.4 MB`.
    pub fn words(&self) -> String {
        let size = |bytes: u64| {
            #[expect(
                clippy::cast_precision_loss,
                reason = "a size is shown in three digits"
            )]
            let bytes = bytes as f64;
            wording::value(bytes, Unit::Bytes)
        };
        match (self.done, self.all) {
            (0, None) => format!("reading {}", self.what),
            (done, None) => format!("reading {}, {}", self.what, size(done)),
            (done, Some(all)) => {
                format!("reading {}, {} of {}", self.what, size(done), size(all))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_in_sizes() {
        let words = |done, all| {
            Work {
                what: "junit".to_owned(),
                done,
                all,
            }
            .words()
        };
        assert_eq!(words(0, None), "reading junit");
        assert!(words(1_200_000, Some(3_400_000)).starts_with("reading junit, 1.2"));
        assert!(words(1_200_000, Some(3_400_000)).contains(" of 3.4"));
    }
}
