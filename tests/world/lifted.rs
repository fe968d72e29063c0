//! A lock of another machine: whoever says why the service may go on need not sit where it was rolled back.

use std::sync::Arc;

use cockpit::{
    adapters::github::ClaimRefs,
    config::{Env, Flags, Layers, file::UserTable, machine},
    domain::{
        RunId,
        claim::{ClaimName, ClaimPlace, ClaimWish, MachineId},
        record::ServiceLock,
    },
    ports::Claims as _,
    simulator::Scenario,
    wiring,
};

use crate::place::{Place, program};

/// Ana's machine, which is out of reach since, locked the service after the rollback of run 7.
fn lock(place: &Place) {
    let pairs = [
        ("GITHUB_API_URL", format!("{}/api/v3", place.base)),
        ("GH_TOKEN", "sim-ana".to_owned()),
        ("COCKPIT_REPO", "acme/storefront".to_owned()),
    ];
    let layers = Layers {
        flags: &Flags::default(),
        env: &Env::new(pairs.map(|(name, value)| (name.to_owned(), value))),
        user: &UserTable::default(),
        remote: None,
    };
    let there = machine(None, &layers).unwrap().place;
    let client = wiring::github(&there, "", "", Arc::new(place.clock)).unwrap();
    let service = ClaimPlace::new("storefront", "production");
    let id = MachineId::parse("00000000000000aa").unwrap();
    let refs = ClaimRefs::new(client, service, "anas-laptop".into(), id);
    let lock = ServiceLock {
        run: RunId(7),
        version: "v2.13.9".into(),
        since: place.now(),
        reason: "errors".into(),
        machine: None,
    };
    let wish = ClaimWish {
        name: ClaimName::Lock,
        run: RunId(7),
        version: "v2.13.9".into(),
        marker: "lock".to_owned(),
        since: place.now(),
        lasts: 1_800,
        countdown: None,
        lock: Some(lock),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(refs.take(&wish, None)).unwrap();
}

#[test]
fn a_lock_is_lifted_where_a_release_waits_behind_it_and_on_record() {
    let place = Place::of(Scenario::Healthy, 8, 200.0);
    lock(&place);
    let flight = place.start(place.unpiloted());
    let has =
        |place: &Place, words: &str| String::from_utf8_lossy(&place.journal()).contains(words);
    place.wait_until("told of the lock", |place| {
        has(place, "record.service_locked")
    });
    let unlock = |run: &str| {
        let output = program(&place.state)
            .args([
                "unlock",
                run,
                "--reason",
                "the cause is known",
                "--state-dir",
            ])
            .arg(place.state.path())
            .env("GITHUB_API_URL", format!("{}/api/v3", place.base))
            .env("GH_TOKEN", "sim-carol")
            .output()
            .unwrap();
        let told = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(told).unwrap())
    };
    let (code, told) = unlock("8");
    assert_eq!(code, Some(2), "{told}");
    let (code, told) = unlock("7");
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("anas-laptop") && told.contains("as said by carol"),
        "{told}"
    );
    place.wait_until("told that it goes on", |place| {
        has(place, "record.service_freed")
    });
    assert!(has(
        &place,
        "lets the service go on after the rollback of v2.13.9"
    ));
    assert!(flight.kill(), "it goes on");
}
