//! The samples of one metric, by minute. A copy shares what is old, so that a minute is tried out at the price of a few.

use std::{
    collections::{BTreeMap, btree_map::Range},
    iter::Chain,
    ops::{Bound, RangeBounds},
    sync::Arc,
};

use crate::domain::observation::{Minute, Sample};

/// Samples that every copy has for itself: late ones change the newest minutes.
const OWN: usize = 128;
/// Of them these stay when there are more.
const STAY: usize = 32;

type ByMinute = BTreeMap<Minute, Sample>;

/// Minutes with their samples, oldest first.
pub type Minutes<'a> = Chain<Range<'a, Minute, Sample>, Range<'a, Minute, Sample>>;

/// Samples by minute.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    /// Older than all of `new`.
    old: Arc<ByMinute>,
    new: ByMinute,
}

impl Samples {
    /// The sample of a minute.
    pub fn get(&self, minute: &Minute) -> Option<&Sample> {
        self.new.get(minute).or_else(|| self.old.get(minute))
    }

    /// Sets the sample of a minute.
    pub fn insert(&mut self, minute: Minute, sample: Sample) {
        let begins = self.new.keys().next();
        let is_old = begins
            .or_else(|| self.old.keys().next_back())
            .is_some_and(|known| minute < *known);
        if is_old || begins.is_none() && self.old.contains_key(&minute) {
            Arc::make_mut(&mut self.old).insert(minute, sample);
            return;
        }
        self.new.insert(minute, sample);
        if self.new.len() > OWN
            && let Some(cut) = self.new.keys().nth(self.new.len() - STAY).copied()
        {
            let stay = self.new.split_off(&cut);
            Arc::make_mut(&mut self.old).append(&mut self.new);
            self.new = stay;
        }
    }

    /// Drops the oldest minute.
    pub fn pop_first(&mut self) {
        if self.old.is_empty() {
            self.new.pop_first();
        } else {
            Arc::make_mut(&mut self.old).pop_first();
        }
    }

    /// How many minutes there are.
    pub fn len(&self) -> usize {
        self.old.len() + self.new.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.old.is_empty() && self.new.is_empty()
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> Minutes<'_> {
        self.range(..)
    }

    /// The minutes, oldest first.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Minute> + Clone {
        self.iter().map(|(minute, _)| minute)
    }

    /// Those within a range, oldest first.
    pub fn range(&self, range: impl RangeBounds<Minute>) -> Minutes<'_> {
        let bounds: (Bound<Minute>, Bound<Minute>) =
            (range.start_bound().cloned(), range.end_bound().cloned());
        self.old.range(bounds).chain(self.new.range(bounds))
    }
}

impl<'a> IntoIterator for &'a Samples {
    type Item = (&'a Minute, &'a Sample);
    type IntoIter = Minutes<'a>;

    fn into_iter(self) -> Minutes<'a> {
        self.iter()
    }
}

impl PartialEq for Samples {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Extend<(Minute, Sample)> for Samples {
    fn extend<I: IntoIterator<Item = (Minute, Sample)>>(&mut self, samples: I) {
        for (minute, sample) in samples {
            self.insert(minute, sample);
        }
    }
}

impl FromIterator<(Minute, Sample)> for Samples {
    fn from_iter<I: IntoIterator<Item = (Minute, Sample)>>(samples: I) -> Self {
        let mut all = Self::default();
        all.extend(samples);
        all
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn samples() -> impl Strategy<Value = Vec<(i64, u8)>> {
        // Mostly in order, with some that come late and some from long before.
        let late = prop_oneof![8 => 0_i64..4, 1 => 0_i64..40, 1 => 0_i64..2_000];
        prop::collection::vec((late, any::<u8>()), 0..600).prop_map(|all| {
            let minutes = (0_i64..).zip(all);
            minutes
                .map(|(at, (late, value))| (at - late, value))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn they_are_as_a_map_would_be(all in samples(), from in -2_100_i64..700, length in 0_i64..900, drops in 0_usize..700) {
            let (mut map, mut mine) = (ByMinute::new(), Samples::default());
            let mut copies = Vec::new();
            for (count, (minute, value)) in all.iter().enumerate() {
                let (minute, sample) = (Minute(*minute), Sample::Value(f64::from(*value)));
                if count % 97 == 0 {
                    copies.push((map.clone(), mine.clone()));
                }
                map.insert(minute, sample);
                mine.insert(minute, sample);
            }
            for _ in 0..drops {
                map.pop_first();
                mine.pop_first();
            }
            copies.push((map, mine));
            let range = Minute(from)..Minute(from + length);
            for (map, mine) in &copies {
                prop_assert_eq!(mine.len(), map.len());
                prop_assert_eq!(mine.is_empty(), map.is_empty());
                prop_assert!(mine.iter().eq(map.iter()));
                prop_assert!(mine.keys().rev().eq(map.keys().rev()));
                prop_assert!(mine.range(range.clone()).eq(map.range(range.clone())));
                prop_assert_eq!(mine.get(&Minute(from)), map.get(&Minute(from)));
                let again: Samples = map.iter().map(|(minute, sample)| (*minute, *sample)).collect();
                prop_assert_eq!(&again, mine);
            }
        }
    }

    #[test]
    fn a_copy_with_a_minute_more_shares_what_is_old() {
        let known: Samples = (0..1_000).map(|at| (Minute(at), Sample::Absent)).collect();
        let mut copy = known.clone();
        copy.insert(Minute(1_000), Sample::Value(1.0));
        copy.insert(Minute(990), Sample::Value(2.0));
        assert!(Arc::ptr_eq(&known.old, &copy.old));
        assert_eq!(known.get(&Minute(990)), Some(&Sample::Absent));
        assert_eq!(copy.get(&Minute(990)), Some(&Sample::Value(2.0)));
    }
}
