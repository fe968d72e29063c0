//! Files and folders that only their owner can read, and renames that survive a crash. Knows nothing of releases.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::Path,
};

use super::StoreError;

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

/// Opens for reading and writing, 0600, and makes it where it is missing. `append` for `O_APPEND`.
pub(super) fn file(path: &Path, append: bool) -> Result<File, StoreError> {
    let is_new = !path.exists();
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
    let mut draft = tempfile::Builder::new()
        .prefix(".new-")
        .tempfile_in(folder)?;
    draft.write_all(bytes)?;
    draft.as_file().sync_all()?;
    draft.persist(folder.join(name)).map_err(|e| e.error)?;
    sync_folder(folder)
}

/// Reads at most `limit` bytes; a longer file is `FileTooLarge`.
pub(super) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
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
