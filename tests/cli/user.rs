//! The user's own file: keys and a theme that are none are told by the commands, not only by the screen.

use std::{fs, path::Path};

use super::{SMALLEST, cockpit, err, out};

fn with_user(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join(".config/cockpit");
    fs::create_dir_all(&own).unwrap();
    fs::write(own.join("config.toml"), text).unwrap();
    fs::write(folder.path().join("cockpit.toml"), SMALLEST).unwrap();
    folder
}

fn shown(folder: &Path, flags: &[&str]) -> (Option<i32>, String) {
    let output = cockpit(folder, &[&["config", "show"], flags].concat());
    (output.status.code(), out(&output) + &err(&output))
}

#[cfg(target_os = "linux")]
#[test]
fn keys_and_a_theme_are_checked_where_the_configuration_is_shown() {
    let folder = with_user("theme = \"drak\"\n[keys]\nrollback = \"F9\"\n");
    let (code, told) = shown(folder.path(), &[]);
    assert_eq!(code, Some(2), "{told}");
    for words in [
        "config.toml:1:9",
        "did you mean \"dark\"?",
        "config.toml:3:1",
        "did you mean `roll-back`?",
    ] {
        assert!(told.contains(words), "{words} in {told}");
    }
    let doctor = cockpit(folder.path(), &["doctor"]);
    assert_eq!(doctor.status.code(), Some(1));
    assert!(out(&doctor).contains("config.toml:1:9"), "{}", out(&doctor));
    assert!(err(&doctor).contains("roll-back"), "{}", err(&doctor));
}

#[cfg(target_os = "linux")]
#[test]
fn the_file_of_a_theme_starts_at_the_users_file_and_is_read_before_the_screen() {
    let folder = with_user("theme = \"mine.toml\"\n");
    let (code, told) = shown(folder.path(), &[]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("there is no theme"), "{told}");
    let theme = folder.path().join(".config/cockpit/mine.toml");
    fs::write(&theme, "name = \"mine\"\n[roles]\nacent = \"default\"\n").unwrap();
    let (code, told) = shown(folder.path(), &[]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("acent"), "{told}");
    fs::write(&theme, " ".repeat(70_000)).unwrap();
    let (code, told) = shown(folder.path(), &[]);
    assert_eq!(code, Some(2), "{told}");
    assert!(
        told.contains("more than a theme has") && told.len() < 500,
        "{told}"
    );
    fs::write(&theme, "name = \"mine\"\n[roles]\naccent = \"default\"\n").unwrap();
    let (code, told) = shown(folder.path(), &[]);
    assert_eq!(code, Some(0), "{told}");
    // A flag's is said to be the flag's.
    let (code, told) = shown(folder.path(), &["--theme", "lihgt"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(
        told.contains("(--theme)") && told.contains("did you mean `light`?"),
        "{told}"
    );
}
