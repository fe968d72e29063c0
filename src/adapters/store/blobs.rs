//! What is too large for a line of the journal, named by the SHA-256 of its bytes. Knows nothing of what it holds.

use std::{io, path::Path};

use sha2::{Digest, Sha256};

use super::{error::explained, private};

/// Largest blob, in bytes.
pub(super) const BLOB_BYTES: usize = 64 * 1024 * 1024;

/// Writes a blob into `folder` and returns its name. One that is there stays, unless it is damaged.
pub(super) fn put(folder: &Path, bytes: &[u8]) -> io::Result<String> {
    if bytes.len() > BLOB_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("a blob of {} bytes, {BLOB_BYTES} are the most", bytes.len()),
        ));
    }
    let name = name_of(bytes);
    if get(folder, &name).is_err() {
        private::put(folder, &name, bytes).map_err(|e| explained("write", folder, e))?;
    }
    Ok(name)
}

/// Reads a blob back; one whose bytes no longer have that hash is `InvalidData`.
pub(super) fn get(folder: &Path, name: &str) -> io::Result<Vec<u8>> {
    let is_name = name.len() == 64
        && name
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
    if !is_name {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "a blob is named by 64 hexadecimal digits",
        ));
    }
    let path = folder.join(name);
    let bytes = private::read(&path, BLOB_BYTES as u64).map_err(|e| explained("read", &path, e))?;
    if name_of(&bytes) == name {
        Ok(bytes)
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!(
                "{} was changed: its bytes have another hash",
                path.display()
            ),
        ))
    }
}

fn name_of(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut name = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a String cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_are_one_blob_and_damage_is_found_and_mended() {
        let folder = tempfile::tempdir().unwrap();
        let name = put(folder.path(), b"abc").unwrap();
        assert_eq!(name, put(folder.path(), b"abc").unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(get(folder.path(), &name).unwrap(), b"abc");

        std::fs::write(folder.path().join(&name), b"abd").unwrap();
        let damaged = get(folder.path(), &name).unwrap_err();
        assert_eq!(damaged.kind(), io::ErrorKind::InvalidData);
        put(folder.path(), b"abc").unwrap();
        assert_eq!(get(folder.path(), &name).unwrap(), b"abc");
    }

    #[test]
    fn a_name_cannot_climb_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        for bad in ["", "../../etc/passwd", &"g".repeat(64), &"A".repeat(64)] {
            let refused = get(folder.path(), bad).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidInput, "{bad}");
        }
    }
}
