//! What git and ssh tell of a checkout: names that only they know, remotes by another name, folders inside.

use std::{fs, path::Path, process::Output};

use assert_cmd::Command;

use super::{SMALLEST, err, out};

fn git(folder: &Path, arguments: &[&str]) {
    let done = std::process::Command::new("git")
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .args(arguments)
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
}

/// cockpit in a folder, with an ssh that says where `work` leads.
fn cockpit(folder: &Path, bin: &Path, arguments: &[&str]) -> Output {
    let path = std::env::var("PATH").unwrap_or_default();
    Command::cargo_bin("cockpit")
        .unwrap()
        .current_dir(folder)
        .env_clear()
        .env("PATH", format!("{}:{path}", bin.display()))
        .env("HOME", folder)
        .args(arguments)
        .output()
        .unwrap()
}

#[cfg(unix)]
fn ssh_in(folder: &Path) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).unwrap();
    let program = bin.join("ssh");
    let script = "#!/bin/sh\n[ \"$1 $2\" = \"-G work\" ] && printf 'user git\\nhostname github.com\\nport 22\\n'\n";
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    bin
}

#[cfg(unix)]
#[test]
fn a_remote_is_found_by_whatever_name_git_and_ssh_know_it() {
    for (remote, url, short) in [
        ("origin", "git@work:acme/shop.git", None),
        (
            "origin",
            "gh:acme/shop",
            Some("url.https://github.com/.insteadOf"),
        ),
        ("upstream", "https://github.com/acme/shop", None),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let bin = ssh_in(folder.path());
        git(folder.path(), &["init", "--quiet"]);
        if let Some(key) = short {
            git(folder.path(), &["config", key, "gh:"]);
        }
        git(folder.path(), &["remote", "add", remote, url]);
        fs::write(folder.path().join("cockpit.toml"), SMALLEST).unwrap();
        let shown = cockpit(folder.path(), &bin, &["config", "show", "--json"]);
        let page: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
        assert_eq!(page["github"]["api"], "https://api.github.com", "{url}");
        assert_eq!(page["github"]["repository"], "acme/shop", "{url}");
    }
}

#[cfg(unix)]
#[test]
fn an_ssh_that_hangs_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let bin = ssh_in(folder.path());
    // What it says after its minute must not count.
    let script = "#!/bin/sh\nsleep 60\nprintf 'hostname late.example\\n'\n";
    fs::write(bin.join("ssh"), script).unwrap();
    git(folder.path(), &["init", "--quiet"]);
    let url = "git@work:acme/shop.git";
    git(folder.path(), &["remote", "add", "origin", url]);
    fs::write(folder.path().join("cockpit.toml"), SMALLEST).unwrap();
    let shown = out(&cockpit(folder.path(), &bin, &["config", "show"]));
    assert!(shown.contains("acme/shop"), "{shown}");
    assert!(!shown.contains("late.example"), "{shown}");
}

#[cfg(unix)]
#[test]
fn two_remotes_of_which_none_is_origin_are_not_guessed_at() {
    let folder = tempfile::tempdir().unwrap();
    let bin = ssh_in(folder.path());
    git(folder.path(), &["init", "--quiet"]);
    for name in ["one", "two"] {
        let url = format!("https://github.com/acme/{name}");
        git(folder.path(), &["remote", "add", name, &url]);
    }
    fs::write(folder.path().join("cockpit.toml"), SMALLEST).unwrap();
    let shown = cockpit(folder.path(), &bin, &["config", "show"]);
    assert!(out(&shown).contains("not known"), "{}", out(&shown));
}

#[cfg(unix)]
#[test]
fn init_inside_a_checkout_reads_its_workflows_and_says_where_the_file_belongs() {
    let folder = tempfile::tempdir().unwrap();
    let bin = ssh_in(folder.path());
    git(folder.path(), &["init", "--quiet"]);
    let workflows = folder.path().join(".github/workflows");
    let inside = folder.path().join("services/shop");
    fs::create_dir_all(&workflows).unwrap();
    fs::create_dir_all(&inside).unwrap();
    let text = "on: push\njobs:\n  ship:\n    environment: production\n    runs-on: x\n";
    fs::write(workflows.join("release.yml"), text).unwrap();
    let written = cockpit(&inside, &bin, &["init"]);
    assert_eq!(written.status.code(), Some(0), "{}", err(&written));
    let said = out(&written);
    assert!(said.contains("release.yml deploys to production"), "{said}");
    assert!(said.contains("at the root of the repository"), "{said}");
    let at_root = cockpit(folder.path(), &bin, &["init"]);
    assert!(!out(&at_root).contains("note:"), "{}", out(&at_root));

    // What a person must see to is said: a file that is no YAML, an input that nothing fills.
    fs::write(workflows.join("old.yml"), "on: [push\njobs: {").unwrap();
    let text = "on:\n  workflow_dispatch:\n    inputs:\n      version: {required: true}\n      why: {required: true}\n      who: {required: true, default: me}\njobs: {}\n";
    fs::write(workflows.join("rollback.yml"), text).unwrap();
    let again = cockpit(folder.path(), &bin, &["init", "--force"]);
    let said = out(&again);
    assert!(said.contains("left out: old.yml\n"), "{said}");
    assert!(said.contains("rollback.yml wants why too"), "{said}");
}
