//! A journal that was copied elsewhere: it is read as any other, and nobody's word goes into a folder that it brings about.

use std::fs;

use cockpit::simulator::Scenario;
use tempfile::TempDir;

use crate::{
    attend::{attend, end, folders, may_be_signed, rules},
    place::{Place, TOKEN, program},
};

/// The token's own login may sign.
const SIGNOFFS: &str = r#"
[approval.signoffs]
security = { people = ["ana"] }
"#;

#[test]
fn a_copy_is_not_signed_and_leaves_nothing_behind() {
    let place = Place::crowded(Scenario::Healthy, 31, 60.0, 0);
    let file = rules(&place, SIGNOFFS);
    let config = ["--all", "--config", file.to_str().unwrap()];
    let attended = place.start(attend(&place, &config));
    place.wait_until("open for a signature", |place| {
        folders(place).iter().any(|folder| may_be_signed(folder))
    });
    end(attended);
    let folder = folders(&place).remove(0);
    let copy = TempDir::new().unwrap();
    for name in ["journal.jsonl", "head"] {
        fs::copy(folder.join(name), copy.path().join(name)).unwrap();
    }
    let sign = |release: &std::path::Path, state: &std::path::Path| {
        let mut command = program(&copy);
        command
            .args(["signoff", "security"])
            .arg(release)
            .arg("--state-dir")
            .arg(state)
            .env("GITHUB_API_URL", format!("{}/api/v3", place.base))
            .env("GH_TOKEN", TOKEN);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said)
    };
    let elsewhere = copy.path().join("state");
    let (signed, said) = sign(copy.path(), &elsewhere);
    assert!(!signed && said.contains("this is a copy"), "{said}");
    assert!(!elsewhere.exists(), "it made a folder");
    let (signed, said) = sign(&folder, place.state.path());
    assert!(signed, "{said}");
}
