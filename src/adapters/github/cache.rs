//! Answers kept with their `ETag`s, so that asking again costs nothing when nothing changed. Bounded in count and bytes.

use std::{collections::HashMap, sync::Arc};

use reqwest::header::HeaderValue;

const MOST_ANSWERS: usize = 256;
const MOST_BYTES: usize = 16 * 1024 * 1024;
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;

/// An answer as it was.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) tag: HeaderValue,
    pub(super) body: Arc<[u8]>,
    /// The `Link` header, which a 304 need not repeat.
    pub(super) link: Option<HeaderValue>,
}

/// Answers by address; the one unused longest goes first.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: HashMap<String, (u64, Kept)>,
    bytes: usize,
    turn: u64,
}

impl Cache {
    pub(super) fn get(&mut self, address: &str) -> Option<Kept> {
        self.turn += 1;
        let (used, kept) = self.kept.get_mut(address)?;
        *used = self.turn;
        Some(kept.clone())
    }

    pub(super) fn put(&mut self, address: String, kept: Kept) {
        self.drop_one(&address);
        if kept.body.len() > LARGEST_ANSWER {
            return;
        }
        self.turn += 1;
        self.bytes += kept.body.len();
        self.kept.insert(address, (self.turn, kept));
        while self.kept.len() > MOST_ANSWERS || self.bytes > MOST_BYTES {
            let oldest = self.kept.iter().min_by_key(|(_, (used, _))| *used);
            let Some(address) = oldest.map(|(address, _)| address.clone()) else {
                break;
            };
            self.drop_one(&address);
        }
    }

    fn drop_one(&mut self, address: &str) {
        if let Some((_, gone)) = self.kept.remove(address) {
            self.bytes -= gone.body.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(size: usize) -> Kept {
        Kept {
            tag: HeaderValue::from_static("\"x\""),
            body: vec![0; size].into(),
            link: None,
        }
    }

    #[test]
    fn the_one_unused_longest_goes_first() {
        let mut cache = Cache::default();
        for n in 0..MOST_ANSWERS {
            cache.put(n.to_string(), kept(1));
        }
        assert!(cache.get("0").is_some());
        cache.put("new".to_owned(), kept(1));
        assert!(cache.get("0").is_some(), "just used");
        assert!(cache.get("1").is_none(), "unused longest");
    }

    #[test]
    fn bytes_are_bounded_and_counted_once() {
        let mut cache = Cache::default();
        for n in 0..6 {
            cache.put(n.to_string(), kept(LARGEST_ANSWER));
        }
        assert!(cache.bytes <= MOST_BYTES);
        cache.put("5".to_owned(), kept(10));
        cache.put("5".to_owned(), kept(LARGEST_ANSWER + 1));
        assert!(
            cache.get("5").is_none(),
            "too large to keep, and the old one is wrong"
        );
        let sum: usize = cache.kept.values().map(|(_, kept)| kept.body.len()).sum();
        assert_eq!(cache.bytes, sum);
    }
}
