//! Files and folders that only their owner can read, and renames that survive a crash. Knows nothing of releases.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::Path,
};

use jiff::{SignedDuration, Timestamp};

use super::StoreError;

/// How the name of a file begins that is still being written.
const DRAFT: &str = ".new-";
/// A draft that is younger may be one that its writer does not hold yet.
const YOUNG: SignedDuration = SignedDuration::from_mins(1);

/// Makes `root` and each of `parts` below it 0700. What stood above is left as it was.
pub(super) fn folders(root: &Path, parts: &[&str]) -> Result<(), StoreError> {
    let create = |path: &Path| {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(StoreError::io("create", path))
    };
    if !root.is_dir() {
        create(root)?;
    }
    let mut path = root.to_owned();
    for part in parts {
        let above = path.clone();
        path.push(part);
        if !path.is_dir() {
            create(&path)?;
            sync_folder(&above).map_err(StoreError::io("write", &above))?;
        }
        File::open(&path)
            .and_then(|folder| tighten(&folder, 0o700))
            .map_err(StoreError::io("protect", &path))?;
    }
    Ok(())
}

/// Opens for reading and writing, 0600, and makes it where it is missing. `append` for `O_APPEND`. What is no plain file is
/// refused unopened: what is written lies in the folder itself, and a pipe waits for whoever reads it.
pub(super) fn file(path: &Path, append: bool) -> Result<File, StoreError> {
    let there = fs::symlink_metadata(path).ok();
    if let Some(there) = there.as_ref().filter(|there| !there.is_file()) {
        let what = if there.is_symlink() {
            "a link, not a plain file: remove it, cockpit writes its own"
        } else {
            "not a plain file: remove it, cockpit writes its own"
        };
        let strange = io::Error::new(io::ErrorKind::IsADirectory, what);
        return Err(StoreError::io("open", path)(strange));
    }
    let is_new = there.is_none();
    let mut options = OpenOptions::new();
    options.read(true).create(true).append(append).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(StoreError::io("open", path))?;
    let metadata = file.metadata().map_err(StoreError::io("open", path))?;
    if !metadata.is_file() {
        let strange = io::Error::new(io::ErrorKind::IsADirectory, "not a plain file");
        return Err(StoreError::io("open", path)(strange));
    }
    tighten(&file, 0o600).map_err(StoreError::io("protect", path))?;
    if let (true, Some(above)) = (is_new, path.parent()) {
        sync_folder(above).map_err(StoreError::io("write", above))?;
    }
    Ok(file)
}

/// Takes rights away from group and others where they have any.
fn tighten(file: &File, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let found = file.metadata()?.permissions().mode();
        if found & 0o077 != 0 {
            file.set_permissions(fs::Permissions::from_mode(mode))?;
        }
    }
    #[cfg(not(unix))]
    let _ = (file, mode);
    Ok(())
}

/// Writes `bytes` as `folder/name` so that a reader sees all of it or nothing, and a crash keeps it. Replaces what is there.
pub(super) fn put(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    // Made 0600 by tempfile; the leading dot keeps it out of listings.
    let mut draft = tempfile::Builder::new().prefix(DRAFT).tempfile_in(folder)?;
    // Held while it is written: `sweep` tells by that whose writer lives. Without locks its age alone has to do.
    let _ = draft.as_file().try_lock();
    draft.write_all(bytes)?;
    draft.as_file().sync_all()?;
    draft.persist(folder.join(name)).map_err(|e| e.error)?;
    sync_folder(folder)
}

/// Removes the drafts that a killed process left in `folder`: those that are not young, and that nobody holds.
///
/// What cannot be removed stays: it takes room and means nothing.
pub(super) fn sweep(folder: &Path, now: Timestamp) {
    let listed = fs::read_dir(folder).into_iter().flatten();
    for found in listed.filter_map(Result::ok) {
        let is_draft = found.file_name().to_string_lossy().starts_with(DRAFT)
            && found.file_type().is_ok_and(|kind| kind.is_file());
        let made = found.metadata().and_then(|metadata| metadata.modified());
        let made = made.ok().and_then(|at| Timestamp::try_from(at).ok());
        let is_old = made.is_some_and(|at| now.duration_since(at) >= YOUNG);
        if !is_draft || !is_old {
            continue;
        }
        let path = found.path();
        // The handle holds it until it is gone.
        if let Ok(draft) = File::open(&path)
            && draft.try_lock().is_ok()
        {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Reads at most `limit` bytes of a plain file; a longer one is `FileTooLarge`.
pub(super) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // Opening a pipe would wait for whoever writes to it.
    let kind = fs::metadata(path)?;
    if !kind.is_file() && !kind.is_dir() {
        return Err(io::Error::new(
            io::ErrorKind::IsADirectory,
            "not a plain file",
        ));
    }
    let file = File::open(path)?;
    let expected = file.metadata()?.len().min(limit) + 1;
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0));
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// Makes new names in a folder durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    fn draft(folder: &Path, name: &str, made: u64) -> File {
        let file = File::create(folder.join(name)).unwrap();
        let made = SystemTime::UNIX_EPOCH + Duration::from_secs(made);
        file.set_modified(made).unwrap();
        file
    }

    fn names(folder: &Path) -> Vec<String> {
        let listed = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = listed
            .map(|found| found.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn only_drafts_that_are_old_and_that_nobody_holds_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let now = Timestamp::from_second(1_100).unwrap();
        drop(draft(at, ".new-dead", 1_000));
        drop(draft(at, ".new-young", 1_090));
        drop(draft(at, "journal.jsonl", 1_000));
        fs::create_dir(at.join(".new-folder")).unwrap();
        let held = draft(at, ".new-held", 1_000);
        held.try_lock().unwrap();
        sweep(at, now);
        let left = [".new-folder", ".new-held", ".new-young", "journal.jsonl"];
        assert_eq!(names(at), left);
        drop(held);
        sweep(at, now);
        assert!(!names(at).contains(&".new-held".to_owned()));
        sweep(&at.join("not there"), now);
    }

    #[test]
    fn what_is_put_is_whole_and_leaves_no_draft() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "a", b"1").unwrap();
        put(folder.path(), "a", b"2").unwrap();
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"2");
        assert_eq!(names(folder.path()), ["a"]);
        // Nobody holds it once it is there.
        let put = File::open(folder.path().join("a")).unwrap();
        put.try_lock().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_plain_file_is_refused_and_never_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        // Who opened the pipe would meet this writer, and read nothing.
        let far = pipe.clone();
        std::thread::spawn(move || OpenOptions::new().write(true).open(far));
        for strange in [pipe.as_path(), folder.path(), Path::new("/dev/null")] {
            let refused = read(strange, 10).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::IsADirectory, "{strange:?}");
        }
        let link = folder.path().join("link");
        let target = folder.path().join("elsewhere");
        fs::write(&target, b"mine").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(file(&link, false).is_err(), "a link is not written through");
        assert_eq!(read(&link, 10).unwrap(), b"mine");
        let plain = folder.path().join("plain");
        fs::write(&plain, b"0123456789").unwrap();
        assert_eq!(read(&plain, 10).unwrap(), b"0123456789");
        assert_eq!(
            read(&plain, 9).unwrap_err().kind(),
            io::ErrorKind::FileTooLarge
        );
    }
}
