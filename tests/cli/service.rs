//! A monorepo: a service's rules are `.cockpit/NAME.toml`, and its name reaches no other folder.

use std::fs;

use crate::{SMALLEST, cockpit, err, out};

#[test]
fn a_service_is_named_and_no_other_folder_is_reached() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join(".cockpit");
    fs::create_dir(&rules).unwrap();
    fs::write(rules.join("checkout.toml"), SMALLEST).unwrap();
    fs::write(folder.path().join("outside.toml"), SMALLEST).unwrap();
    for name in ["checkout", "checkout.toml"] {
        let output = cockpit(folder.path(), &["config", "show", "--service", name]);
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        assert!(out(&output).contains("storefront"), "{}", out(&output));
    }
    for name in ["../outside", "", ".hidden", "a/b", "a\\b", "é"] {
        let output = cockpit(folder.path(), &["config", "show", "--service", name]);
        assert_eq!(output.status.code(), Some(2), "{name:?}");
        assert!(err(&output).contains("letters, digits"), "{}", err(&output));
    }
    let output = cockpit(folder.path(), &["config", "show", "--service", "search"]);
    assert_eq!(output.status.code(), Some(2));
    let told = err(&output);
    assert!(told.contains("there is no .cockpit/search.toml"), "{told}");
}
