//! The journal on disk: torn ends, broken chains, two openers, rights, blobs, what a follower sees.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use cockpit::{
    adapters::store::{
        Driving, Follower, NotRemoved, Opened, ReadOnly, StoreError, Vouched, Who, blob_faults,
        folder, journals, look, open, prove, remove,
    },
    domain::{
        Login, ReleaseKey, Repository, RunId,
        record::{Body, Head, Header, Reader, Sealed, seal},
    },
    ports::Store as _,
};
use tempfile::TempDir;

fn key() -> ReleaseKey {
    ReleaseKey {
        repository: Repository::parse("github.com", "acme/storefront").unwrap(),
        run: RunId(8123),
    }
}

fn who(login: &str) -> Who {
    Who {
        host: "mac-of-ana".into(),
        login: Login::parse(login).ok(),
        since: "2026-11-20T14:02:31Z".parse().unwrap(),
    }
}

fn note(head: &Head, text: &str) -> Sealed {
    let header = Header {
        at: "2026-11-20T14:02:31Z".parse().unwrap(),
        occurred: None,
        actor: "ana".into(),
    };
    let body = Body {
        kind: "note.taken",
        payload: &text,
    };
    seal(head, &header, &body).unwrap()
}

fn driving(root: &TempDir) -> Driving {
    match open(root.path(), &key(), &who("ana")).unwrap() {
        Opened::Driving(driving) => driving,
        Opened::ReadOnly(seen) => panic!("held by {:?}", seen.holder),
    }
}

fn reading(root: &TempDir) -> ReadOnly {
    match open(root.path(), &key(), &who("ben")).unwrap() {
        Opened::ReadOnly(seen) => seen,
        Opened::Driving(_) => panic!("two drivers"),
    }
}

/// A state root whose journal holds `texts`, and the journal's path and bytes.
fn written(texts: &[&str]) -> (TempDir, PathBuf, Vec<u8>) {
    let root = tempfile::tempdir().unwrap();
    let opened = driving(&root);
    let mut head = opened.end.head;
    for text in texts {
        let sealed = note(&head, text);
        opened.journal.append(&sealed.bytes, true).unwrap();
        head = sealed.head;
    }
    let path = opened.journal.place().join("journal.jsonl");
    let bytes = fs::read(&path).unwrap();
    (root, path, bytes)
}

#[test]
fn what_was_appended_is_there_after_a_restart_and_the_chain_goes_on() {
    let (root, path, before) = written(&["one", "two"]);
    let again = driving(&root);
    assert_eq!(again.bytes, before);
    assert_eq!(again.cut, None);
    let third = note(&again.end.head, "three");
    again.journal.append(&third.bytes, true).unwrap();
    let all = fs::read(path).unwrap();
    assert_eq!(Reader::new(&all).verify().unwrap().head, third.head);
}

#[test]
fn a_torn_end_is_cut_by_the_driver_reported_and_kept() {
    let (_, _, whole) = written(&["one", "two"]);
    let last = whole.iter().position(|b| *b == b'\n').unwrap() + 1;
    // Every seventh byte, each with its own folder; the reader's own test tries every byte.
    for end in (last + 1..whole.len()).step_by(7).chain([whole.len() - 1]) {
        let (root, path, _) = written(&[]);
        fs::write(&path, &whole[..end]).unwrap();
        let opened = driving(&root);
        let cut = opened.cut.unwrap();
        assert_eq!(cut.bytes, end - last);
        assert_eq!(opened.journal.blob(&cut.blob).unwrap(), &whole[last..end]);
        assert_eq!(fs::read(&path).unwrap(), &whole[..last]);
        opened
            .journal
            .append(&note(&opened.end.head, "again").bytes, true)
            .unwrap();
        drop(opened.journal);
        assert_eq!(driving(&root).end.head.seq().0, 2);
    }
}

#[test]
fn a_reader_leaves_a_torn_end_alone() {
    let (root, path, whole) = written(&["one", "two"]);
    let torn = &whole[..whole.len() - 5];
    fs::write(&path, torn).unwrap();
    // A crash before the line was durable: the head does not name it yet.
    fs::remove_file(path.with_file_name("head")).unwrap();
    let seen = look(root.path(), &key()).unwrap().unwrap();
    assert_eq!(Reader::new(&seen.bytes).count(), 1);
    assert!(seen.end.torn > 0);
    assert_eq!(fs::read(&path).unwrap(), torn);
}

#[test]
fn a_broken_chain_is_refused_with_its_line_and_nothing_changes() {
    let (root, path, whole) = written(&["one", "two", "three"]);
    let changed = String::from_utf8(whole)
        .unwrap()
        .replace("\"two\"", "\"TWO\"");
    fs::write(&path, &changed).unwrap();
    let refused = open(root.path(), &key(), &who("ana")).unwrap_err();
    let StoreError::Broken { source, .. } = &refused else {
        panic!("{refused}");
    };
    assert_eq!(source.line, 3);
    let told = refused.to_string();
    assert!(
        told.contains("line 3") && told.contains("nothing was changed"),
        "{told}"
    );
    assert_eq!(fs::read(&path).unwrap(), changed.as_bytes());
}

#[test]
fn the_head_vouches_for_the_last_line_and_for_every_byte() {
    let (root, path, whole) = written(&["one", "two"]);
    let proven = prove(&path).unwrap();
    assert_eq!(proven.head, Vouched::Through(proven.end.head));
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&path, &changed).unwrap();
        assert!(prove(&path).is_err(), "byte {at}");
        let opened = open(root.path(), &key(), &who("ana"));
        assert!(opened.is_err(), "byte {at}: nobody may go on from here");
    }
    // The whole last line taken away, as if it had never been.
    let first = whole.iter().position(|b| *b == b'\n').unwrap() + 1;
    fs::write(&path, &whole[..first]).unwrap();
    let told = prove(&path).unwrap_err().to_string();
    assert!(
        told.contains("line 2") && told.contains("taken away"),
        "{told}"
    );

    fs::write(&path, &whole).unwrap();
    fs::write(path.with_file_name("head"), "{}").unwrap();
    assert!(matches!(prove(&path), Err(StoreError::Head { .. })));
    fs::remove_file(path.with_file_name("head")).unwrap();
    assert_eq!(prove(&path).unwrap().head, Vouched::Nothing);
}

#[test]
fn what_is_appended_without_a_sync_is_named_by_the_head_after_it() {
    let root = tempfile::tempdir().unwrap();
    let driver = driving(&root);
    let one = note(&driver.end.head, "one");
    let two = note(&one.head, "two");
    let both = [&one.bytes[..], &two.bytes].concat();
    driver.journal.append(&both, false).unwrap();
    let path = driver.journal.place().join("journal.jsonl");
    assert_eq!(prove(&path).unwrap().head, Vouched::Nothing);
    driver.journal.sync().unwrap();
    assert_eq!(prove(&path).unwrap().head, Vouched::Through(two.head));
}

#[test]
fn a_blob_that_is_gone_or_changed_is_named() {
    let (root, path, _) = written(&["one"]);
    let driver = driving(&root);
    let kept = driver.journal.put_blob(b"kept").unwrap();
    let changed = driver.journal.put_blob(b"changed").unwrap();
    let gone = driver.journal.put_blob(b"gone").unwrap();
    let blobs = path.with_file_name("blobs");
    fs::write(blobs.join(&changed), "Changed").unwrap();
    fs::remove_file(blobs.join(&gone)).unwrap();
    let names = [
        kept.as_str(),
        changed.as_str(),
        gone.as_str(),
        "../../etc/passwd",
    ];
    let faults = blob_faults(&path, names);
    let found: Vec<&str> = faults.iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(found, &names[1..]);
    assert!(faults[0].why.as_str().contains("changed"));
    assert!(faults[1].why.as_str().contains("not there"));
}

/// Writes a file over where it lies: one that is emptied first is waited for by some file systems.
fn put(path: &Path, bytes: &[u8]) {
    let mut file = fs::File::options().write(true).open(path).unwrap();
    file.write_all(bytes).unwrap();
    file.set_len(bytes.len() as u64).unwrap();
}

#[test]
fn every_byte_of_journal_head_and_blob_is_vouched_for() {
    let (root, path, journal) = written(&["one", "two"]);
    let driver = driving(&root);
    let content = b"{\"suites\":[\"API\"]}";
    let blob = driver.journal.put_blob(content).unwrap();
    drop(driver);
    let head = path.with_file_name("head");
    let vouched = fs::read(&head).unwrap();
    let kept = path.with_file_name("blobs").join(&blob);
    let names = [blob.as_str()];
    let holds = || {
        let proven = prove(&path).is_ok_and(|proven| proven.head != Vouched::Nothing);
        proven && blob_faults(&path, names).is_empty()
    };
    assert!(holds());
    for (file, bytes) in [
        (&path, &journal),
        (&head, &vouched),
        (&kept, &content.to_vec()),
    ] {
        for at in 0..bytes.len() {
            // One bit, the bit between capitals and small letters, the sign bit, all of them; and a byte more, and less.
            for flip in [0x01, 0x20, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                put(file, &changed);
                assert!(!holds(), "{}: byte {at} ^ {flip:#x}", file.display());
            }
            let mut longer = bytes.clone();
            longer.insert(at, bytes[at]);
            put(file, &longer);
            assert!(!holds(), "{}: byte {at} twice", file.display());
            let mut shorter = bytes.clone();
            shorter.remove(at);
            put(file, &shorter);
            assert!(!holds(), "{}: byte {at} gone", file.display());
        }
        put(file, bytes);
        assert!(holds());
    }
}

#[test]
fn a_release_is_removed_unless_somebody_has_it_open() {
    let (root, path, _) = written(&["one"]);
    assert_eq!(journals(root.path()), std::slice::from_ref(&path));
    let place = path.parent().unwrap();
    let driver = driving(&root);
    assert!(matches!(
        remove(place, &who("ben"), |_| true),
        Err(NotRemoved::Held(Some(_)))
    ));
    assert!(path.exists());
    drop(driver);
    remove(place, &who("ben"), |_| true).unwrap();
    assert!(!place.exists());
    assert!(journals(root.path()).is_empty());
}

#[test]
fn the_second_opener_reads_and_learns_who_holds_the_release() {
    let root = tempfile::tempdir().unwrap();
    let driver = driving(&root);
    let first = note(&driver.end.head, "one");
    driver.journal.append(&first.bytes, true).unwrap();

    let mut seen = reading(&root);
    let holder = seen.holder.unwrap();
    assert_eq!(holder.pid, std::process::id());
    assert_eq!(holder.login, Login::parse("ana").ok());
    assert_eq!(seen.bytes, first.bytes);

    // Half of the next line is there: the follower waits for the rest.
    assert_eq!(seen.follower.read_new().unwrap(), b"");
    let second = note(&first.head, "two");
    let path = driver.journal.place().join("journal.jsonl");
    let (half, rest) = second.bytes.split_at(30);
    let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(half).unwrap();
    assert_eq!(seen.follower.read_new().unwrap(), b"");
    file.write_all(rest).unwrap();
    assert_eq!(seen.follower.read_new().unwrap(), second.bytes);
    assert_eq!(seen.follower.read_new().unwrap(), b"");

    drop(driver);
    assert_eq!(driving(&root).end.head, second.head);
}

#[test]
fn a_holder_who_is_named_later_is_told() {
    let root = tempfile::tempdir().unwrap();
    let Opened::Driving(driver) = open(root.path(), &key(), &who("")).unwrap() else {
        panic!("nobody else is there");
    };
    assert_eq!(reading(&root).holder.unwrap().login, None);
    let ana = Login::parse("ana").unwrap();
    driver.journal.name_holder(ana.clone()).unwrap();
    assert_eq!(reading(&root).holder.unwrap().login, Some(ana));
}

#[test]
fn a_journal_that_something_else_wrote_to_takes_no_more() {
    let (root, path, whole) = written(&["one"]);
    let driver = driving(&root);
    let stranger = note(&driver.end.head, "stranger");
    let both = [&whole[..], &stranger.bytes].concat();
    fs::write(&path, &both).unwrap();
    let mine = note(&driver.end.head, "mine");
    let refused = driver.journal.append(&mine.bytes, true).unwrap_err();
    assert!(refused.to_string().contains("something else wrote"));
    assert_eq!(fs::read(&path).unwrap(), both);
}

#[test]
fn half_a_line_is_never_appended() {
    let (root, path, whole) = written(&["one"]);
    let driver = driving(&root);
    assert!(driver.journal.append(b"{\"seq\":2", false).is_err());
    assert!(driver.journal.append(b"", false).is_err());
    assert_eq!(fs::read(path).unwrap(), whole);
}

#[test]
fn a_journal_that_became_shorter_is_told_to_its_follower() {
    let (root, path, whole) = written(&["one"]);
    let place = folder(root.path(), &key()).unwrap();
    let mut follower = Follower::new(&place, whole.len() as u64);
    fs::write(path, b"").unwrap();
    let told = follower.read_new().unwrap_err();
    assert_eq!(told.kind(), std::io::ErrorKind::InvalidData);
}

#[test]
fn a_release_that_was_never_opened_is_none_and_looking_makes_nothing() {
    let root = tempfile::tempdir().unwrap();
    assert!(look(root.path(), &key()).unwrap().is_none());
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
}

/// Made by a call: a program that a test starts shares every open file, and the locks on them, until it has become itself,
/// and the other tests of this process let locks go.
#[cfg(target_os = "linux")]
#[test]
fn a_lock_or_head_that_is_a_pipe_is_never_waited_for() {
    use rustix::fs::{CWD, Mode, mkfifoat};

    let (root, path, _) = written(&["one"]);
    for name in ["lock", "head"] {
        let pipe = path.with_file_name(name);
        fs::remove_file(&pipe).unwrap();
        mkfifoat(CWD, &pipe, Mode::RUSR | Mode::WUSR).unwrap();
        let seen = look(root.path(), &key()).unwrap().unwrap();
        assert!(!seen.driven, "{name}");
    }
    let told = open(root.path(), &key(), &who("ana")).unwrap_err();
    assert!(told.to_string().contains("not a plain file"), "{told}");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_what_is_kept_also_where_rights_were_loose() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;

    let (root, path, _) = written(&["one"]);
    let place = path.parent().unwrap().to_owned();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
    let driver = driving(&root);
    let blob = driver.journal.put_blob(b"a stack trace").unwrap();
    for file in [path, place.join("lock"), place.join("blobs").join(blob)] {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    let mut folder = place.join("inbox");
    assert_eq!(mode(&folder), 0o700);
    while folder.pop() && folder != root.path() {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
    }
}

#[test]
fn an_error_says_where_and_what_to_do() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("github.com"), "a file").unwrap();
    let told = open(root.path(), &key(), &who("ana"))
        .unwrap_err()
        .to_string();
    assert!(told.contains("github.com"), "{told}");
    assert!(told.contains("move it away"), "{told}");
}

#[test]
fn drafts_that_a_killed_process_left_behind_go_with_the_next_driver_and_no_other() {
    let (root, path, _) = written(&["one"]);
    let place = path.parent().unwrap();
    let old = std::time::UNIX_EPOCH + std::time::Duration::from_hours(24);
    let left: Vec<PathBuf> = ["", "blobs", "inbox"]
        .iter()
        .map(|inner| place.join(inner).join(".new-Xy12"))
        .collect();
    for draft in &left {
        let file = fs::File::create(draft).unwrap();
        file.set_modified(old).unwrap();
    }
    look(root.path(), &key()).unwrap();
    assert!(
        left.iter().all(|draft| draft.exists()),
        "who looks removes nothing"
    );
    let driver = driving(&root);
    assert!(left.iter().all(|draft| !draft.exists()));
    assert!(!driver.bytes.is_empty());
}
