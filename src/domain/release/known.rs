//! What follows from the rest of a release, worked out once between two events.
//!
//! Only events change a release, and each of them makes it forget: what is asked many times in a frame costs once.

use std::sync::OnceLock;

/// Worked out when it is first asked for. It makes no release unlike another, and a copy has it too.
#[derive(Debug, Clone)]
pub(super) struct Known<T>(OnceLock<T>);

impl<T> Known<T> {
    /// What is known, else what `work_out` says.
    pub(super) fn get_or(&self, work_out: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(work_out)
    }

    /// Something changed.
    pub(super) fn forget(&mut self) {
        self.0 = OnceLock::new();
    }
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> PartialEq for Known<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_worked_out_once_until_something_changes() {
        let mut known = Known::default();
        assert_eq!(*known.get_or(|| 1), 1);
        assert_eq!(*known.get_or(|| 2), 1);
        assert_eq!(*known.clone().get_or(|| 2), 1);
        known.forget();
        assert_eq!(*known.get_or(|| 2), 2);
        assert!(known == Known::default(), "it tells no two apart");
    }
}
