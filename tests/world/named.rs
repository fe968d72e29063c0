//! A release that a person names: the one that is meant, or none. No other is answered for in its place.

use cockpit::simulator::Scenario;

use crate::place::{Place, TOKEN, program};

#[test]
fn no_other_release_stands_in_for_one_that_is_not_there() {
    let place = Place::of(Scenario::Healthy, 7, 60.0);
    let run = place.world.run_id().to_string();
    for command in ["gate", "status", "plan"] {
        for name in ["v9.9.9", &"0".repeat(40), "#4040", "99999999999"] {
            let mut asked = program(&place.state);
            asked
                .args([command, name, "--repo", "acme/storefront", "--state-dir"])
                .arg(place.state.path().join("state"))
                .env("GITHUB_API_URL", format!("{}/api/v3", place.base))
                .env("GH_TOKEN", TOKEN);
            let output = asked.output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{command} {name}: {said}");
            assert!(output.stdout.is_empty(), "{command} {name}");
            for words in [name, &run, "the newest runs are"] {
                assert!(said.contains(words), "{command} {name}: {words} in {said}");
            }
        }
    }
}
