//! A repository that many services share, and a version that stands in an artifact: what the feeds make of both.

use cockpit::domain::{
    Fault, FaultKind, observation::DeploymentState, policy::VersionFile, rollout::ProductionSource,
};
use jiff::SignedDuration;

use crate::{
    air::{Air, seconds},
    aloft::policy,
    elsewhere::deployment,
};

#[tokio::test(start_paused = true)]
async fn only_the_services_own_files_count_and_the_rest_is_said_to_be_left_out() {
    let mut rules = policy();
    rules.paths = vec!["services/checkout/**".to_owned()];
    rules.hot_paths = vec!["libs/money/**".to_owned()];
    let changed = vec![
        "services/checkout/src/main.rs",
        "services/search/src/main.rs",
        "services/search/migrations/0001.sql",
        "libs/money/round.rs",
        ".github/workflows/release.yml",
    ];
    let mut air = Air::by(rules, |world| world.state().changed = changed).await;
    air.until("it is compared", |release| release.evidence.diff.is_some())
        .await;
    let diff = air.release().evidence.diff.clone().unwrap();
    assert_eq!((diff.files, diff.left_out, diff.added), (3, 2, 30));
    assert_eq!(diff.files_in_words(), "3 of 5 files");
    assert_eq!(diff.migration_count, 0, "another service's");
    assert_eq!(diff.hot_count, 1, "hot wherever it lies");
    assert!(
        diff.areas
            .iter()
            .all(|area| area.name.as_str() != "services/search")
    );
}

#[tokio::test(start_paused = true)]
async fn the_version_comes_out_of_the_artifact_once_that_is_there_and_locks_what_was_shown() {
    let mut rules = policy();
    rules.target.version_from_artifact = Some(VersionFile {
        artifact: "jun*".to_owned(),
        file: "manifest.json".to_owned(),
        pointer: Some("/version".to_owned()),
    });
    let mut air = Air::by(rules, |world| {
        let manifest = br#"{"version":"2.14.0+8123"}"#.to_vec();
        world
            .state()
            .inner
            .insert("manifest.json".to_owned(), manifest);
    })
    .await;
    air.pass(seconds(60)).await;
    let version = |air: &Air| air.release().name().to_string();
    assert_eq!(version(&air), "2.14.0+8123");
    // It was read once, and what the tag says does not come back.
    air.pass(SignedDuration::from_mins(20)).await;
    assert_eq!(version(&air), "2.14.0+8123");
    assert_eq!(air.written("candidate_seen"), 2);
    // Nor does it go where the artifact expires.
    air.world.state().uploads.expires = Some("2026-11-20T14:30:00Z".parse().unwrap());
    air.pass(SignedDuration::from_mins(20)).await;
    assert_eq!(
        (version(&air).as_str(), unnamed(&air)),
        ("2.14.0+8123", None)
    );
    assert_eq!(air.written("candidate_seen"), 2);
    // Nor where cockpit is started again after that: the journal knows it.
    let mut air = air.killed_and_resumed();
    air.pass(SignedDuration::from_mins(5)).await;
    assert_eq!(
        (version(&air).as_str(), unnamed(&air)),
        ("2.14.0+8123", None)
    );
    assert_eq!(air.written("candidate_seen"), 2);
}

#[tokio::test(start_paused = true)]
async fn an_artifact_that_cannot_be_read_is_not_said_to_be_missing() {
    let mut rules = policy();
    rules.target.version_from_artifact = Some(VersionFile {
        artifact: "junit".to_owned(),
        file: "VERSION".to_owned(),
        pointer: None,
    });
    let expired = Some("2026-11-19T10:00:00Z".parse().unwrap());
    for (expires, name, is_cut, why) in [
        (expired, "junit", false, "junit is expired"),
        (
            None,
            "log",
            true,
            "artifact junit is not among those that are listed",
        ),
    ] {
        let mut air = Air::begins(rules.clone(), |world| {
            let uploads = &mut world.state().uploads;
            (uploads.expires, uploads.name, uploads.is_cut) = (expires, name, is_cut);
        });
        air.until("why is told", |release| {
            let candidate = release.evidence.candidate.as_ref();
            candidate.is_some_and(|candidate| candidate.unnamed.is_some())
        })
        .await;
        let told = unnamed(&air).unwrap();
        assert!(told.ends_with(why), "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_artifact_without_a_version_leaves_the_tag() {
    let mut rules = policy();
    rules.target.version_from_artifact = Some(VersionFile {
        artifact: "junit".to_owned(),
        file: "VERSION".to_owned(),
        pointer: None,
    });
    let mut air = Air::by(rules, |world| {
        world
            .state()
            .inner
            .insert("VERSION".to_owned(), b"\x1b[2J\n".to_vec());
    })
    .await;
    air.pass(seconds(60)).await;
    assert_eq!(air.release().name().as_str(), "v2.14.0");
    let why = "version_from names no version: VERSION holds no version that can be typed";
    assert_eq!(unnamed(&air).as_deref(), Some(why));
    // It is told once, and not at every look.
    air.pass(SignedDuration::from_mins(20)).await;
    assert_eq!(air.written("candidate_seen"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_tag_that_could_not_be_asked_for_names_the_candidate_and_production_once_it_can() {
    let broken = Fault::new(FaultKind::Server, "GitHub: tags", "502");
    let mut air = Air::begins(policy(), |world| {
        let mut state = world.state();
        state.tagless = Some(broken.clone());
        state.past = vec![deployment(
            8_100,
            "d",
            DeploymentState::Success,
            "2026-11-19T14:00:00Z",
        )];
    });
    air.until("the candidate is told without it", |release| {
        release.evidence.candidate.is_some()
    })
    .await;
    air.pass(seconds(60)).await;
    assert_ne!(air.release().name().as_str(), "v2.14.0");
    assert!(air.release().evidence.diff.is_some(), "the rest is read");
    air.world.state().tagless = None;
    air.pass(seconds(150)).await;
    assert_eq!(air.release().name().as_str(), "v2.14.0");
    let told = &air.release().rollout.production;
    let (by_deployment, _) = &told[&ProductionSource::Deployment];
    assert_eq!(by_deployment.version, Some("v2.13.4".into()));
}

fn unnamed(air: &Air) -> Option<String> {
    air.release()
        .evidence
        .candidate
        .as_ref()?
        .unnamed_in_words()
}

#[tokio::test(start_paused = true)]
async fn a_version_that_nothing_names_is_told_until_something_does() {
    let mut rules = policy();
    rules.target.version_from_title = Some(r"checkout (v\S+)".to_owned());
    let mut air = Air::by(rules.clone(), |_| {}).await;
    air.pass(seconds(60)).await;
    let told = unnamed(&air).unwrap();
    assert!(told.contains("does not match"), "{told}");
    rules.target.version_from_artifact = Some(VersionFile {
        artifact: "build-*".to_owned(),
        file: "VERSION".to_owned(),
        pointer: None,
    });
    let mut air = Air::by(rules.clone(), |_| {}).await;
    air.pass(seconds(60)).await;
    let told = unnamed(&air).unwrap();
    assert!(told.ends_with("there is no artifact build-*"), "{told}");
    rules.target.version_from_artifact = Some(VersionFile {
        artifact: "junit".to_owned(),
        file: "VERSION".to_owned(),
        pointer: None,
    });
    let mut air = Air::by(rules, |world| {
        let mut state = world.state();
        state
            .inner
            .insert("VERSION".to_owned(), b"v2.14.1\n".to_vec());
    })
    .await;
    air.pass(seconds(60)).await;
    assert_eq!(air.release().name().as_str(), "v2.14.1");
    assert_eq!(unnamed(&air), None, "the artifact names it");
}
