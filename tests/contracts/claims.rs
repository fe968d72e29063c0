//! Claims as git refs on the served world: two machines, and every request and answer as GitHub describes it.

use std::sync::Arc;

use cockpit::{
    adapters::{
        artifacts,
        github::{ClaimRefs, Client, Settings, TokenSource},
    },
    domain::{
        FaultKind, Repository, RunId,
        claim::{ClaimName, ClaimPlace, ClaimWish, MachineId},
    },
    ports::{Claims, ClaimsStanding, Clock as _, Took},
    simulator::{Scenario, Served, World, serve},
};
use jiff::SignedDuration;
use serde_json::json;

use crate::{Trial, description::Description, hands::Hands};

const RUN: RunId = RunId(8123);

struct Team {
    hands: Arc<Hands>,
    served: Served,
}

impl Team {
    async fn of(scenario: Scenario) -> Self {
        let hands = Arc::new(Hands::new());
        let world = Arc::new(World::new(scenario, 11, hands.clone()));
        let served = serve(world).await.unwrap();
        Self { hands, served }
    }

    fn machine(&self, login: &str, digit: char) -> ClaimRefs {
        let address = self.served.address.to_string();
        let repository = Repository::parse(&address, "acme/storefront").unwrap();
        let token = TokenSource::Value(format!("sim-{login}").into());
        let mut settings = Settings::new(repository, token, "deploy.yml", "production");
        settings.base = self.served.github();
        let read = Arc::new(|kind, bytes: Vec<u8>| artifacts::read(kind, &bytes));
        let client = Client::new(settings, self.hands.clone(), read).unwrap();
        let place = ClaimPlace::new("store front/1.lock", "production");
        let machine = MachineId::parse(&digit.to_string().repeat(16)).unwrap();
        let host = format!("{login}s-laptop");
        ClaimRefs::new(client, place, host.as_str().into(), machine)
    }

    fn wish(&self, name: ClaimName, marker: &str) -> ClaimWish {
        ClaimWish {
            name,
            run: RUN,
            version: "v2.14.0".into(),
            marker: marker.to_owned(),
            since: self.hands.now(),
            lasts: 1_800,
            countdown: None,
            lock: None,
        }
    }
}

fn owner(took: &Took) -> (bool, String) {
    let (ours, claim) = match took {
        Took::Ours(claim) => (true, claim),
        Took::Theirs(claim, _) => (false, claim),
    };
    (ours, claim.note.as_ref().unwrap().by.login.to_string())
}

async fn look(machine: &ClaimRefs) -> ClaimsStanding {
    machine.standing(RUN, SignedDuration::ZERO).await.unwrap()
}

#[tokio::test]
async fn one_of_two_machines_has_the_claim_and_the_other_reads_whose_it_is() {
    let team = Team::of(Scenario::Healthy).await;
    let (ana, ben) = (team.machine("ana", 'a'), team.machine("ben", 'b'));
    let wish = team.wish(ClaimName::Rollback, "8123.1-r1");
    let (one, two) = tokio::join!(ana.take(&wish, None), ben.take(&wish, None));
    let (one, two) = (owner(&one.unwrap()), owner(&two.unwrap()));
    assert_ne!(one.0, two.0, "one wins: {one:?} {two:?}");
    assert_eq!(one.1, two.1, "and the other knows who");
    // Asked again, as after a crash: the winner's own is found by its marker.
    let winner = if one.0 { &ana } else { &ben };
    assert!(owner(&winner.take(&wish, None).await.unwrap()).0);

    let ClaimsStanding { claims, now, .. } = look(&ben).await;
    assert_eq!(claims.len(), 1);
    assert!(claims[0].is_live(now));
    // GitHub's clock, not this machine's.
    let later = now + SignedDuration::from_secs(1_801);
    assert!(!claims[0].is_live(later));

    // Taken over by compare-and-swap: once, and not again by who knew the old one.
    let other = team.wish(ClaimName::Rollback, "8123.1-r2");
    let old = claims[0].id.clone();
    let swapped = ben.take(&other, Some(&old)).await.unwrap();
    assert_eq!(owner(&swapped), (true, "ben".to_owned()));
    let third = team.wish(ClaimName::Rollback, "8123.1-r3");
    let late = ana.take(&third, Some(&old)).await.unwrap();
    assert_eq!(owner(&late), (false, "ben".to_owned()));

    ben.release(&ClaimName::Rollback).await.unwrap();
    ben.release(&ClaimName::Rollback).await.unwrap();
    assert!(look(&ana).await.claims.is_empty());
    // What was to be replaced is gone: it is made anew.
    let anew = ana.take(&third, Some(&old)).await.unwrap();
    assert_eq!(owner(&anew), (true, "ana".to_owned()));

    let judge = Description::load();
    let requests = team.served.world().requests();
    assert!(requests.len() > 15);
    let wrong: Vec<String> = requests
        .iter()
        .flat_map(|request| judge.request(&serde_json::to_value(request).unwrap()))
        .collect();
    assert_eq!(wrong, [""; 0]);
}

#[tokio::test]
async fn a_look_that_finds_nothing_new_is_one_question_and_costs_nothing() {
    let team = Team::of(Scenario::Healthy).await;
    let ana = team.machine("ana", 'a');
    let wish = team.wish(ClaimName::Seat(RUN), "seat");
    assert!(owner(&ana.take(&wish, None).await.unwrap()).0);
    look(&ana).await;
    let before = team.served.world().requests().len();
    look(&ana).await;
    let requests = team.served.world().requests();
    assert_eq!(requests.len(), before + 1);
    assert_eq!(requests[before].status, 304);
}

#[tokio::test]
async fn a_hundred_releases_are_one_question_and_each_finds_its_own_seat() {
    const MANY: u64 = 100;
    let team = Team::of(Scenario::Healthy).await;
    let ana = team.machine("ana", 'a');
    let world = team.served.world();
    let listed = || {
        let requests = world.requests();
        let is_look = |path: &str| path.contains("matching-refs") || path.contains("commits/");
        // Its pages are one look.
        let first = requests.iter().filter(|one| one.query.is_empty());
        first.filter(|one| is_look(&one.path)).count()
    };
    let calm = SignedDuration::from_mins(10);
    let at = |run| team.wish(ClaimName::Seat(RunId(run)), "seat");
    assert!(look(&ana).await.claims.is_empty());
    assert_eq!(listed(), 1);
    for run in 1..=MANY {
        assert!(owner(&ana.take(&at(run), None).await.unwrap()).0);
    }
    for run in 1..=MANY {
        let stands = ana.standing(RunId(run), calm).await.unwrap();
        let names: Vec<_> = stands.claims.iter().map(|claim| claim.name).collect();
        assert_eq!(names, [ClaimName::Seat(RunId(run))]);
    }
    assert_eq!(listed(), 1, "what it made itself it knows");
    assert_eq!(ana.seat_lasts(), SignedDuration::from_hours(2));
    // Another machine reads the one that it asks for, and no other.
    let ben = team.machine("ben", 'b');
    let stands = ben.standing(RunId(MANY), calm).await.unwrap();
    assert_eq!(stands.claims.len(), 1);
    assert_eq!(listed(), 3, "a list and a commit");
    // Taken over behind its back: the old answer is not gone by where something is waited for.
    let over = stands.claims[0].id.clone();
    assert!(owner(&ben.take(&at(MANY), Some(&over)).await.unwrap()).0);
    let known = ana.standing(RunId(MANY), calm).await.unwrap();
    assert_eq!(known.claims[0].id, over);
    let news = ana.standing(RunId(MANY), SignedDuration::ZERO).await;
    assert_ne!(news.unwrap().claims[0].id, over);
    ana.release(&ClaimName::Seat(RunId(1))).await.unwrap();
    let gone = ana.standing(RunId(1), calm).await.unwrap();
    assert!(gone.claims.is_empty());
}

#[tokio::test]
async fn a_token_that_may_not_write_reads_all_the_same() {
    let team = Team::of(Scenario::Healthy).await;
    let (ana, emil) = (team.machine("ana", 'a'), team.machine("emil", 'e'));
    let wish = team.wish(ClaimName::Seat(RUN), "seat");
    assert!(owner(&ana.take(&wish, None).await.unwrap()).0);
    let lock = team.wish(ClaimName::Lock, "lock");
    let fault = emil.take(&lock, None).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Forbidden);
    assert!(fault.detail.as_str().contains("contents=write"), "{fault}");
    assert_eq!(look(&emil).await.claims.len(), 1);
}

#[test]
fn git_objects_are_made_moved_and_removed_as_described() {
    let judge = Description::load();
    let mut trial = Trial::of(Scenario::FlakyNetwork, &judge);
    let entry = json!({ "path": "README", "mode": "100644", "type": "blob", "content": "x" });
    let tree = trial.made("git/trees", &json!({ "tree": [entry] }));
    let commit = |parents: &[&str]| json!({ "message": "m", "tree": tree, "parents": parents });
    let one = trial.made("git/commits", &commit(&[]));
    let two = trial.made("git/commits", &commit(&[&one]));
    trial.get(&format!("git/commits/{one}"));
    trial.get("git/commits/0000000000000000000000000000000000000000");
    let name = "refs/cockpit/a/b/lock";
    let create = json!({ "ref": name, "sha": one });
    // An answer may be lost on this network: then it is there already.
    assert!(matches!(
        trial.status("POST", "git/refs", &create),
        201 | 422
    ));
    assert_eq!(trial.status("POST", "git/refs", &create), 422);
    let path = "git/refs/cockpit/a/b/lock";
    let forward = json!({ "sha": two, "force": false });
    assert_eq!(trial.status("PATCH", path, &forward), 200);
    let back = json!({ "sha": one, "force": false });
    assert_eq!(trial.status("PATCH", path, &back), 422);
    trial.get("git/ref/cockpit/a/b/lock");
    trial.get("git/matching-refs/cockpit/a");
    let none = serde_json::Value::Null;
    assert!(matches!(trial.status("DELETE", path, &none), 204 | 422));
    assert_eq!(trial.status("DELETE", path, &none), 422);
    assert!(trial.wrong.is_empty(), "{:#?}", trial.wrong);
}
