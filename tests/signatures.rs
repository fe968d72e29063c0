//! Signed heads, with keys that ssh-keygen makes for the test; where there is none each test says that it was not run.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Arc,
};

use cockpit::{
    adapters::store::{Opened, Signed, Signing, Who, open, sign_head, signed_head},
    domain::{
        ReleaseKey, Repository, RunId,
        record::{Body, Head, Header, seal},
    },
    ports::Store,
};
use tempfile::TempDir;

/// A folder with keys and a list of signers: `ana` may sign, `eve` has a key of her own.
struct Keys(TempDir);

impl Keys {
    fn new() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        for name in ["ana", "eve"] {
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"])
                .arg(folder.path().join(name))
                .stdin(Stdio::null())
                .status();
            if !made.is_ok_and(|status| status.success()) {
                eprintln!("not run: there is no ssh-keygen here");
                return None;
            }
        }
        let public = fs::read_to_string(folder.path().join("ana.pub")).unwrap();
        let line = format!("ana@acme.dev namespaces=\"cockpit\" {public}");
        fs::write(folder.path().join("signers"), line).unwrap();
        Some(Self(folder))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// A journal with so many lines, in a state folder of its own.
fn journal(root: &TempDir, count: usize) -> (PathBuf, Arc<dyn Store>, Head) {
    let key = ReleaseKey {
        repository: Repository::parse("github.com", "acme/storefront").unwrap(),
        run: RunId(8123),
    };
    let who = Who {
        host: "mac-of-ana".into(),
        login: None,
        since: "2026-11-20T14:02:31Z".parse().unwrap(),
    };
    let Opened::Driving(driving) = open(root.path(), &key, &who).unwrap() else {
        panic!("nobody else has it");
    };
    let store: Arc<dyn Store> = Arc::new(driving.journal);
    let mut head = Head::START;
    for _ in 0..count {
        head = append(&*store, head);
    }
    let folder = store.place().to_owned();
    (folder, store, head)
}

fn append(store: &dyn Store, head: Head) -> Head {
    let header = Header {
        at: "2026-11-20T14:02:31Z".parse().unwrap(),
        occurred: None,
        actor: "ana".into(),
    };
    let body = Body {
        kind: "note.taken",
        payload: &"x",
    };
    let sealed = seal(&head, &header, &body).unwrap();
    store.append(&sealed.bytes, true).unwrap();
    sealed.head
}

fn verify(folder: &Path, signers: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cockpit"))
        .env_clear()
        .env("HOME", folder)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .args(["verify", "--signers"])
        .arg(signers)
        .arg(folder)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_signed_head_holds_and_says_through_which_line() {
    let Some(keys) = Keys::new() else { return };
    let root = TempDir::new().unwrap();
    let (folder, store, head) = journal(&root, 3);
    let at = folder.join("journal.jsonl");
    assert_eq!(
        signed_head(&at, &keys.path("signers")).unwrap(),
        Signed::Nothing
    );
    sign_head(&folder, &keys.path("ana")).unwrap();
    let signed = signed_head(&at, &keys.path("signers")).unwrap();
    assert!(
        matches!(&signed, Signed::By { who, head: by } if who.as_str() == "ana@acme.dev" && *by == head)
    );
    append(&*store, head);
    let output = verify(&folder, &keys.path("signers"));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        said(&output).contains("by ana@acme.dev through line 3 of 4"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_key_that_stands_twice_in_the_list_is_looked_for_under_each_name() {
    let Some(keys) = Keys::new() else { return };
    let root = TempDir::new().unwrap();
    let (folder, _store, _) = journal(&root, 3);
    let at = folder.join("journal.jsonl");
    sign_head(&folder, &keys.path("ana")).unwrap();
    let public = fs::read_to_string(keys.path("ana.pub")).unwrap();
    let list = keys.path("twice");
    for first in [
        "git@acme.dev namespaces=\"git\"",
        "\"old@acme.dev,older@acme.dev\" valid-before=\"20200101\"",
    ] {
        fs::write(
            &list,
            format!("# keys\n{first} {public}\nana@acme.dev {public}"),
        )
        .unwrap();
        let signed = signed_head(&at, &list).unwrap();
        assert!(
            matches!(&signed, Signed::By { who, .. } if who.as_str() == "ana@acme.dev"),
            "{first}: {signed:?}"
        );
        fs::write(&list, format!("{first} {public}{first} {public}")).unwrap();
        let signed = signed_head(&at, &list).unwrap();
        assert!(matches!(&signed, Signed::Bad(_)), "{first}: {signed:?}");
    }
}

#[test]
fn another_key_another_namespace_and_another_journal_do_not_hold() {
    let Some(keys) = Keys::new() else { return };
    let root = TempDir::new().unwrap();
    let (folder, _store, _) = journal(&root, 3);
    let at = folder.join("journal.jsonl");
    sign_head(&folder, &keys.path("eve")).unwrap();
    let signed = signed_head(&at, &keys.path("signers")).unwrap();
    assert!(
        matches!(&signed, Signed::Bad(why) if why.as_str().contains("nobody in the list")),
        "{signed:?}"
    );
    let output = verify(&folder, &keys.path("signers"));
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));

    // The right key for the wrong purpose.
    let signature = folder.join("signed-head.sig");
    fs::remove_file(&signature).unwrap();
    let made = Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", "file", "-f"])
        .arg(keys.path("ana"))
        .arg(folder.join("signed-head"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(made.status.success() && signature.is_file());
    let signed = signed_head(&at, &keys.path("signers")).unwrap();
    assert!(matches!(signed, Signed::Bad(_)), "{signed:?}");

    // A head that ana did sign, of another journal.
    let elsewhere = TempDir::new().unwrap();
    let (other, store, head) = journal(&elsewhere, 4);
    append(&*store, head);
    sign_head(&other, &keys.path("ana")).unwrap();
    for name in ["signed-head", "signed-head.sig"] {
        fs::copy(other.join(name), folder.join(name)).unwrap();
    }
    let output = verify(&folder, &keys.path("signers"));
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(
        said(&output).contains("does not hold the head"),
        "{}",
        said(&output)
    );
}

#[test]
fn every_byte_of_a_signed_head_counts() {
    let Some(keys) = Keys::new() else { return };
    let root = TempDir::new().unwrap();
    let (folder, _store, _) = journal(&root, 2);
    sign_head(&folder, &keys.path("ana")).unwrap();
    let (at, path) = (folder.join("journal.jsonl"), folder.join("signed-head"));
    let bytes = fs::read(&path).unwrap();
    for place in [8, 30, 60, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        fs::write(&path, &changed).unwrap();
        let signed = signed_head(&at, &keys.path("signers")).unwrap();
        assert!(matches!(signed, Signed::Bad(_)), "byte {place}: {signed:?}");
    }
}

#[test]
fn what_is_missing_is_named() {
    let Some(keys) = Keys::new() else { return };
    let root = TempDir::new().unwrap();
    let (folder, _store, _) = journal(&root, 1);
    let error = sign_head(&folder, &keys.path("nobody"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("nobody"), "{error}");
    let output = verify(&folder, &keys.path("no-list"));
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(
        said(&output).contains("no list of signers"),
        "{}",
        said(&output)
    );
    let output = verify(&folder, &keys.path("signers"));
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("there is no signed head"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_store_with_a_signer_signs_what_is_decided_and_the_last_line_at_the_end() {
    let Some(keys) = Keys::new() else { return };
    let root = TempDir::new().unwrap();
    let (folder, store, head) = journal(&root, 1);
    let signing = Signing::new(store, keys.path("ana")).unwrap();
    let head = append(&signing, head);
    let head = append(&signing, head);
    drop(signing);
    let signed = signed_head(&folder.join("journal.jsonl"), &keys.path("signers")).unwrap();
    assert!(
        matches!(&signed, Signed::By { head: by, .. } if *by == head),
        "{signed:?}"
    );
}
