//! This machine's id: made once in the state folder, so that claims of two machines of one host name stay apart.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher as _, Hasher as _},
    io,
    path::Path,
};

use super::private;
use crate::domain::claim::MachineId;

/// The file below the root.
const FILE: &str = "machine";

/// The id of the state folder at `root`; made where there is none. Blocking.
pub fn machine_id(root: &Path) -> io::Result<MachineId> {
    private::folders(root, &[]).map_err(io::Error::other)?;
    if let Some(known) = known(root)? {
        return Ok(known);
    }
    let id = format!("{:016x}{:016x}", chance(), chance());
    private::put(root, FILE, id.as_bytes())?;
    // Two cockpits may have made one at the same moment: the one that stands is the machine's.
    known(root)?.ok_or_else(|| io::Error::other("the machine's id cannot be read back"))
}

fn known(root: &Path) -> io::Result<Option<MachineId>> {
    match private::read(&root.join(FILE), 256) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
        // A damaged file is made anew: an id that is lost costs a take-over, never more.
        Ok(bytes) => Ok(MachineId::parse(String::from_utf8_lossy(&bytes).trim()).ok()),
    }
}

/// The standard library seeds its hashers from the system's randomness; enough for an id that need not be secret.
fn chance() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_folder_keeps_its_id_and_another_has_another() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let id = machine_id(one.path()).unwrap();
        assert_eq!(machine_id(one.path()).unwrap(), id);
        assert_ne!(machine_id(two.path()).unwrap(), id);
        std::fs::write(one.path().join(FILE), "\u{1b}junk").unwrap();
        assert_ne!(machine_id(one.path()).unwrap(), id, "made anew");
    }
}
