//! Two clocks that do not agree: GitHub's, by which runs and deploys are dated, and this machine's, by which deadlines run.

use jiff::SignedDuration;

use crate::domain::wording;

/// Less is the network's delay and whole seconds.
const APART: SignedDuration = SignedDuration::from_secs(90);

/// What to say where GitHub's clock is `ahead` of this machine's by more than a moment.
pub(super) fn apart(ahead: SignedDuration) -> Option<String> {
    let by = ahead.abs();
    let side = if ahead.is_negative() {
        "behind"
    } else {
        "ahead of"
    };
    (by > APART).then(|| {
        format!(
            "GitHub's clock is {} {side} this machine's: ages and deadlines are wrong by as much",
            wording::duration(SignedDuration::from_secs(by.as_secs()))
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_network_explains_is_said() {
        let said = |seconds| apart(SignedDuration::from_secs(seconds));
        assert_eq!(said(60), None);
        assert_eq!(said(-60), None);
        assert!(said(-3_600).unwrap().contains("1h behind this machine's"));
        assert!(said(180).unwrap().contains("3m ahead of this machine's"));
    }
}
