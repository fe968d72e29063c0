//! Five-valued logic: what `and`, `or` and `not` make of the unknown.
//!
//! Kleene's strong logic with three kinds of unknown, ordered by how much is missing. A known answer that decides
//! alone does so; else the worst unknown stands; so no unknown ever becomes an answer.
//!
//! ```text
//! and        | yes       no  ambiguous  no data  broken        not yes = no, not no = yes,
//! yes        | yes       no  ambiguous  no data  broken        not unknown = the same unknown
//! no         | no        no  no         no       no
//! ambiguous  | ambiguous no  ambiguous  no data  broken        a or b = not (not a and not b)
//! no data    | no data   no  no data    no data  broken
//! broken     | broken    no  broken     broken   broken
//! ```

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    // In the order in which `and` lets the later one win, but for `No`, which always does.
    Yes,
    Ambiguous,
    NoData,
    Broken,
    No,
}

impl Truth {
    pub(super) const fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    pub(super) const fn is_known(self) -> bool {
        matches!(self, Self::Yes | Self::No)
    }

    pub(super) fn and(self, other: Self) -> Self {
        self.max(other)
    }

    pub(super) fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    pub(super) const fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Ambiguous | Self::NoData | Self::Broken => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Truth; 5] = [
        Truth::Yes,
        Truth::Ambiguous,
        Truth::NoData,
        Truth::Broken,
        Truth::No,
    ];

    #[test]
    fn the_table_is_kleene_s_with_ordered_unknowns() {
        use Truth::{Ambiguous, Broken, No, NoData, Yes};
        let table = [
            (Yes, Yes, Yes, Yes),
            (Yes, No, No, Yes),
            (No, No, No, No),
            (Yes, Ambiguous, Ambiguous, Yes),
            (No, Ambiguous, No, Ambiguous),
            (No, Broken, No, Broken),
            (Yes, Broken, Broken, Yes),
            (Ambiguous, NoData, NoData, NoData),
            (NoData, Broken, Broken, Broken),
        ];
        for (a, b, and, or) in table {
            assert_eq!((a.and(b), b.and(a)), (and, and), "{a:?} and {b:?}");
            assert_eq!((a.or(b), b.or(a)), (or, or), "{a:?} or {b:?}");
        }
    }

    proptest! {
        #[test]
        fn an_unknown_decides_nothing(a in 0..5_usize, b in 0..5_usize, c in 0..5_usize) {
            let (a, b, c) = (ALL[a], ALL[b], ALL[c]);
            prop_assert_eq!(a.and(b).and(c), a.and(b.and(c)));
            prop_assert_eq!(a.or(b).or(c), a.or(b.or(c)));
            prop_assert_eq!(a.not().not(), a);
            if !a.is_known() && !b.is_known() {
                prop_assert!(!a.and(b).is_known() && !a.or(b).is_known() && !a.not().is_known());
            }
            // Whatever an unknown turns out to be, a known result stays.
            if !a.is_known() && a.and(b).is_known() {
                prop_assert_eq!(Truth::Yes.and(b), Truth::No.and(b));
            }
            if !a.is_known() && a.or(b).is_known() {
                prop_assert_eq!(Truth::Yes.or(b), Truth::No.or(b));
            }
        }
    }
}
