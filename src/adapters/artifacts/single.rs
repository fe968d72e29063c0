//! One file out of an artifact, by its path in it.

use super::{
    archive::ArchiveError,
    files::{File, each},
};
use crate::domain::{Fault, FaultKind};

/// Most bytes of such a file.
const LIMIT: u64 = 1 << 20;

/// The file of that path; `None` where the artifact has none. Blocking.
pub fn file_in(path: &str, artifact: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
    let what = || format!("{path} in the artifact");
    let files = [File {
        name: "",
        bytes: artifact,
    }];
    let mut found = None;
    let walked = each(&files, |name, opened| {
        if name == path && found.is_none() {
            found = Some(opened.and_then(|opened| opened.whole(LIMIT)));
        }
    });
    match (found, walked) {
        (Some(Ok(bytes)), _) => Ok(Some(bytes)),
        (Some(Err(why)), _) => Err(Fault::new(FaultKind::Malformed, what(), why)),
        (None, Ok(())) => Ok(None),
        (None, Err(error)) => {
            let kind = match &error {
                ArchiveError::Damaged(_) => FaultKind::Malformed,
                ArchiveError::TooLarge(_) => FaultKind::TooLarge,
            };
            Err(Fault::new(kind, what(), error.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn the_file_is_found_by_its_whole_path_and_bounded() {
        let zip = zipped(&[("a/state.json", b"{}"), ("state.json", b"[]")]);
        assert_eq!(file_in("state.json", &zip).unwrap().unwrap(), b"[]");
        assert_eq!(file_in("a/state.json", &zip).unwrap().unwrap(), b"{}");
        assert_eq!(file_in("b.json", &zip).unwrap(), None);
        let huge = zipped(&[("state.json", &vec![b' '; 3 << 20])]);
        assert!(file_in("state.json", &huge).is_err());
        assert!(file_in("state.json", &zip[..zip.len() / 2]).is_err());
    }
}
