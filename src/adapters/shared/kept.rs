//! Answers by question: who asks first asks the world, who asks meanwhile waits for that answer, who asks soon after gets
//! it as it was. Bounded: the answer unused longest goes first.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{Fault, later},
    ports::Clock,
};

/// How long a failure is told again instead of being tried again: a hundred must not each wait out one broken connection.
const FAILED: SignedDuration = SignedDuration::from_secs(5);

/// Kept answers.
pub(in crate::adapters) struct Kept<K, V> {
    slots: Mutex<HashMap<K, Arc<Slot<V>>>>,
    clock: Arc<dyn Clock>,
    most: usize,
    turn: AtomicU64,
}

struct Slot<V> {
    /// Held while the world is asked.
    answer: tokio::sync::Mutex<Option<(Timestamp, Result<V, Fault>)>>,
    used: AtomicU64,
}

impl<K: Eq + Hash + Clone, V: Clone> Kept<K, V> {
    /// Keeps at most `most` answers.
    pub(in crate::adapters) fn new(clock: Arc<dyn Clock>, most: usize) -> Self {
        Self {
            slots: Mutex::default(),
            clock,
            most: most.max(1),
            turn: AtomicU64::new(0),
        }
    }

    /// The answer to `key` where it is younger than `fresh`, else what `ask` answers.
    pub(in crate::adapters) async fn get(
        &self,
        key: K,
        fresh: SignedDuration,
        ask: impl Future<Output = Result<V, Fault>> + Send,
    ) -> Result<V, Fault> {
        let slot = self.slot(key);
        let mut answer = slot.answer.lock().await;
        let now = self.clock.now();
        if let Some((asked, told)) = &*answer {
            // Who cannot wait for news does not wait for a failure's either.
            let fresh = if told.is_ok() {
                fresh
            } else {
                FAILED.min(fresh)
            };
            // A clock that was set back makes every answer old.
            if *asked <= now && now < later(*asked, fresh) {
                return told.clone();
            }
        }
        let told = ask.await;
        // As old as its question.
        *answer = Some((now, told.clone()));
        told
    }

    /// Changes the answer to `key`, where one is kept: what this process did itself it need not ask. Waits for a question that
    /// is on its way, whose answer may not know of it.
    pub(in crate::adapters) async fn amend(&self, key: &K, change: impl FnOnce(&mut V)) {
        let slot = self.locked().get(key).cloned();
        let Some(slot) = slot else { return };
        if let Some((_, Ok(told))) = &mut *slot.answer.lock().await {
            change(told);
        }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<K, Arc<Slot<V>>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self, key: K) -> Arc<Slot<V>> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut slots = self.locked();
        if !slots.contains_key(&key) {
            while slots.len() >= self.most {
                let used = |slot: &Arc<Slot<V>>| slot.used.load(Ordering::Relaxed);
                let oldest = slots.iter().min_by_key(|(_, slot)| used(slot));
                let Some(oldest) = oldest.map(|(key, _)| key.clone()) else {
                    break;
                };
                slots.remove(&oldest);
            }
        }
        let slot = slots.entry(key).or_insert_with(|| {
            Arc::new(Slot {
                answer: tokio::sync::Mutex::new(None),
                used: AtomicU64::new(turn),
            })
        });
        slot.used.store(turn, Ordering::Relaxed);
        Arc::clone(slot)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::{adapters::clock::PausedClock, domain::FaultKind};

    fn kept(most: usize) -> (Arc<dyn Clock>, Kept<u8, u32>) {
        let clock: Arc<dyn Clock> = Arc::new(PausedClock::start(Timestamp::UNIX_EPOCH));
        (Arc::clone(&clock), Kept::new(clock, most))
    }

    async fn asked(
        kept: &Kept<u8, u32>,
        key: u8,
        count: &AtomicU64,
        answer: Result<u32, Fault>,
    ) -> Result<u32, Fault> {
        let ask = async {
            count.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            answer
        };
        kept.get(key, SignedDuration::from_secs(30), ask).await
    }

    #[tokio::test(start_paused = true)]
    async fn many_at_once_ask_once_and_a_while_later_again() {
        let (clock, kept) = kept(8);
        let count = AtomicU64::new(0);
        let all: Vec<_> = (0..50).map(|n| asked(&kept, 1, &count, Ok(n))).collect();
        let answers = futures_util::future::join_all(all).await;
        assert!(answers.iter().all(|answer| *answer == Ok(0)));
        assert_eq!(count.load(Ordering::Relaxed), 1);
        clock
            .sleep_until(later(clock.now(), SignedDuration::from_secs(30)))
            .await;
        assert_eq!(asked(&kept, 1, &count, Ok(7)).await, Ok(7));
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_told_to_who_waited_and_tried_again_soon() {
        let (clock, kept) = kept(8);
        let count = AtomicU64::new(0);
        let fault = || Err(Fault::new(FaultKind::Offline, "x", "y"));
        for _ in 0..3 {
            assert!(asked(&kept, 1, &count, fault()).await.is_err());
        }
        assert_eq!(count.load(Ordering::Relaxed), 1);
        clock.sleep_until(later(clock.now(), FAILED)).await;
        assert_eq!(asked(&kept, 1, &count, Ok(3)).await, Ok(3));
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_for_news_gets_it_and_what_was_done_here_is_known_without_asking() {
        let (_, kept) = kept(8);
        let count = AtomicU64::new(0);
        kept.amend(&1, |_| panic!("nothing is known yet")).await;
        assert_eq!(asked(&kept, 1, &count, Ok(1)).await, Ok(1));
        kept.amend(&1, |known| *known = 5).await;
        assert_eq!(asked(&kept, 1, &count, Ok(2)).await, Ok(5));
        let news = kept.get(1, SignedDuration::ZERO, async { Ok(6) }).await;
        assert_eq!(news, Ok(6));
        assert_eq!(asked(&kept, 1, &count, Ok(2)).await, Ok(6));
        // A question that left before and comes back after knows nothing of the change.
        let late = kept.get(1, SignedDuration::ZERO, async {
            tokio::task::yield_now().await;
            Ok(7)
        });
        let (_, ()) = tokio::join!(late, kept.amend(&1, |known| *known = 8));
        assert_eq!(asked(&kept, 1, &count, Ok(2)).await, Ok(8));
        let fault = || Err(Fault::new(FaultKind::Offline, "x", "y"));
        let failed = kept.get(1, SignedDuration::ZERO, async { fault() }).await;
        assert!(failed.is_err());
        let again = kept.get(1, SignedDuration::ZERO, async { Ok(9) }).await;
        assert_eq!(again, Ok(9), "nobody waits for a failure to age");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_unused_longest_goes_first_and_who_gives_up_leaves_no_hole() {
        let (_, kept) = kept(2);
        let count = AtomicU64::new(0);
        for key in [1, 2, 1, 3] {
            assert_eq!(
                asked(&kept, key, &count, Ok(key.into())).await,
                Ok(key.into())
            );
        }
        assert_eq!(count.load(Ordering::Relaxed), 3);
        assert_eq!(asked(&kept, 1, &count, Ok(9)).await, Ok(1), "kept");
        assert_eq!(asked(&kept, 2, &count, Ok(9)).await, Ok(9), "gone");
        // Dropped half way: the next one asks.
        assert_eq!(asked(&kept, 5, &count, Ok(5)).now_or_never(), None);
        assert_eq!(asked(&kept, 5, &count, Ok(6)).await, Ok(6));
    }
}
