//! Which claims stand, by one question for every release of the service. Knows nothing of what a claim says.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use crate::{
    adapters::{
        github::{
            client::{Client, List},
            page::Broken,
            wire::GitRef,
        },
        shared::Kept,
    },
    domain::{
        Fault, RunId, Sha,
        claim::{ClaimName, ClaimPlace},
    },
};

/// Pages of refs that are read: of thirty where GitHub is asked without a size, which this question does not take.
const PAGES: usize = 40;
/// Refs that are kept: a server that attends hundreds has as many seats.
const MOST: usize = 2_048;
/// Claims that concern one release.
const MOST_OF_ONE: usize = 64;

/// The refs below one place, as they were told last and as this process has changed them since.
pub(super) struct Listing {
    client: Client,
    place: ClaimPlace,
    kept: Kept<(), Arc<Listed>>,
}

/// What stood when it was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Listed {
    /// When the question began, by this machine's clock.
    pub(super) asked: Timestamp,
    refs: BTreeMap<ClaimName, Sha>,
}

impl Listed {
    /// Those of a release, and those of the whole service.
    pub(super) fn concerning(&self, of: RunId) -> impl Iterator<Item = (ClaimName, &Sha)> {
        let concerns = move |name: &ClaimName| match name {
            ClaimName::Seat(run) | ClaimName::Hold { run, .. } => *run == of,
            ClaimName::Lock | ClaimName::Rollback => true,
        };
        let all = self.refs.iter().map(|(name, id)| (*name, id));
        all.filter(move |(name, _)| concerns(name))
            .take(MOST_OF_ONE)
    }

    /// Whether a claim's commit is one that stands.
    pub(super) fn holds(&self, id: &Sha) -> bool {
        self.refs.values().any(|stands| stands == id)
    }
}

impl Listing {
    pub(super) fn new(client: Client, place: ClaimPlace) -> Self {
        let kept = Kept::new(client.clock(), 1);
        Self {
            client,
            place,
            kept,
        }
    }

    pub(super) fn place(&self) -> &ClaimPlace {
        &self.place
    }

    /// What stands, by an answer that is at most `age` old.
    pub(super) async fn get(&self, age: SignedDuration) -> Result<Arc<Listed>, Fault> {
        self.kept.get((), age, self.ask()).await
    }

    async fn ask(&self) -> Result<Arc<Listed>, Fault> {
        let what = "GitHub: the claims of this service";
        let asked = self.client.clock().now();
        let segments = ["git", "matching-refs"]
            .into_iter()
            .chain(self.place.prefix().split('/'));
        let url = self.client.repo(segments, &[]);
        let list = List {
            field: None,
            broken: Broken::Skip,
            pages: PAGES,
        };
        let found: Vec<GitRef> = self.client.all(url, list, what, Some).await?;
        // Below the same words may stand another environment, or what a newer cockpit claims.
        let read = found.iter().filter_map(|one| {
            let name = self.place.claim_of(&one.name)?;
            one.target().map(|id| (name, id))
        });
        let refs = read.take(MOST).collect();
        Ok(Arc::new(Listed { asked, refs }))
    }

    /// What stands at `name` now, as this process has made it or has just been told: `None` for nothing.
    pub(super) async fn amend(&self, name: ClaimName, id: Option<&Sha>) {
        self.kept
            .amend(&(), |known| {
                let refs = &mut Arc::make_mut(known).refs;
                match id {
                    Some(id) => refs.insert(name, id.clone()),
                    None => refs.remove(&name),
                };
            })
            .await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_told_of_its_own_claims_and_of_the_services() {
        let id = |digit: &str| Sha::parse(&digit.repeat(40)).unwrap();
        let (mine, other) = (RunId(1), RunId(2));
        let hold = |run, countdown| ClaimName::Hold { run, countdown };
        let names = [
            (ClaimName::Seat(mine), id("1")),
            (ClaimName::Seat(other), id("2")),
            (ClaimName::Lock, id("3")),
            (ClaimName::Rollback, id("4")),
            (hold(mine, 5), id("5")),
            (hold(other, 5), id("6")),
        ];
        let mut listed = Listed {
            refs: BTreeMap::from(names),
            ..Listed::default()
        };
        let told: Vec<ClaimName> = listed.concerning(mine).map(|(name, _)| name).collect();
        let wanted = [
            ClaimName::Seat(mine),
            ClaimName::Lock,
            ClaimName::Rollback,
            hold(mine, 5),
        ];
        assert_eq!(told, wanted);
        assert!(listed.holds(&id("6")) && !listed.holds(&id("7")));
        // Whoever may write refs may write many.
        for countdown in 0..500 {
            listed.refs.insert(hold(mine, countdown), id("8"));
        }
        assert_eq!(listed.concerning(mine).count(), MOST_OF_ONE);
    }
}
