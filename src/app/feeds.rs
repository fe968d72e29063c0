//! How fresh each feed is: when it last answered, and what is wrong since.
//!
//! The shell tells; the panes show. Nothing here decides about a release.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{Fault, Feed};

/// How a feed does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It has not answered yet.
    Unheard,
    /// It answered at that time, and within its cadence.
    Live(Timestamp),
    /// Its newest answer is older than it should be.
    Old(Timestamp),
    /// It fails; its newest answer is that old, where there is one.
    Broken(Option<Timestamp>, Box<Fault>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Heard {
    at: Option<Timestamp>,
    /// Longest time between two answers that is usual.
    cadence: SignedDuration,
    fault: Option<Box<Fault>>,
}

impl Heard {
    /// Twice the cadence, and a little for the way: one late answer is not old yet.
    fn allowed(&self) -> SignedDuration {
        self.cadence * 2 + SignedDuration::from_secs(5)
    }
}

/// All feeds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feeds {
    heard: BTreeMap<Feed, Heard>,
}

impl Feeds {
    /// The feed answered; it will again within `cadence`.
    pub fn answered(&mut self, feed: Feed, at: Timestamp, cadence: SignedDuration) {
        let heard = Heard {
            at: Some(at),
            cadence,
            fault: None,
        };
        self.heard.insert(feed, heard);
    }

    /// The feed failed.
    pub fn failed(&mut self, feed: Feed, fault: Fault) {
        let heard = self.heard.entry(feed).or_insert(Heard {
            at: None,
            cadence: SignedDuration::from_mins(1),
            fault: None,
        });
        heard.fault = Some(Box::new(fault));
    }

    /// How a feed does now.
    pub fn health(&self, feed: Feed, now: Timestamp) -> Health {
        let Some(heard) = self.heard.get(&feed) else {
            return Health::Unheard;
        };
        if let Some(fault) = &heard.fault {
            return Health::Broken(heard.at, fault.clone());
        }
        let Some(at) = heard.at else {
            return Health::Unheard;
        };
        if now.duration_since(at) <= heard.allowed() {
            Health::Live(at)
        } else {
            Health::Old(at)
        }
    }

    /// When it last answered.
    pub fn answered_at(&self, feed: Feed) -> Option<Timestamp> {
        self.heard.get(&feed)?.at
    }

    /// Whether what the feed told must look old: it has not answered for longer than two cadences allow, or never
    /// did and fails. One failed poll alone ages nothing.
    pub fn is_stale(&self, feed: Feed, now: Timestamp) -> bool {
        self.heard.get(&feed).is_some_and(|heard| match heard.at {
            Some(at) => now.duration_since(at) > heard.allowed(),
            None => heard.fault.is_some(),
        })
    }

    /// The feeds that were heard of at all.
    pub fn known(&self) -> impl Iterator<Item = Feed> + '_ {
        self.heard.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FaultKind;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_feed_ages_breaks_and_comes_back() {
        let mut feeds = Feeds::default();
        let cadence = SignedDuration::from_secs(10);
        assert_eq!(feeds.health(Feed::Github, at(0)), Health::Unheard);
        feeds.answered(Feed::Github, at(100), cadence);
        assert_eq!(feeds.health(Feed::Github, at(125)), Health::Live(at(100)));
        assert_eq!(feeds.health(Feed::Github, at(126)), Health::Old(at(100)));
        feeds.failed(
            Feed::Github,
            Fault::new(FaultKind::Offline, "GitHub", "reset"),
        );
        assert!(matches!(
            feeds.health(Feed::Github, at(126)),
            Health::Broken(Some(last), _) if last == at(100)
        ));
        assert!(feeds.is_stale(Feed::Github, at(126)));
        feeds.answered(Feed::Github, at(130), cadence);
        assert!(!feeds.is_stale(Feed::Github, at(130)));
        assert_eq!(feeds.health(Feed::Github, at(130)), Health::Live(at(130)));
    }
}
