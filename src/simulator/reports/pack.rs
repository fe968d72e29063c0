//! Zips, the same bytes each time. Knows nothing of what is in them.

use std::{
    io::{Cursor, Write},
    sync::Arc,
};

use zip::{CompressionMethod, ZipWriter, result::ZipError, write::SimpleFileOptions};

/// Packs the files in their order. Writing to memory does not fail; if it ever did, the artifact would be empty, which every
/// reader refuses.
pub(super) fn zip(files: &[(String, String)]) -> Arc<[u8]> {
    pack(files).unwrap_or_default().into()
}

fn pack(files: &[(String, String)]) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in files {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let bytes = zip(&[("a/b.txt".to_owned(), "words".to_owned())]);
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes.to_vec())).unwrap();
        let mut text = String::new();
        archive
            .by_name("a/b.txt")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "words");
        assert_eq!(zip(&[]), zip(&[]));
    }
}
