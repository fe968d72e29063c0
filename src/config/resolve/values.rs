//! Values that stand in several tables: workflow files, globs, JSON pointers. Knows none of the tables.

use globset::Glob;

use super::findings::Findings;
use crate::config::At;

/// A workflow by its file's name alone, as the API wants it.
pub(super) fn workflow(key: &str, at: &At<String>, found: &mut Findings) -> String {
    let name = at.value.as_str();
    let bare = name.rsplit('/').next().unwrap_or(name);
    let is_file = [".yml", ".yaml"].iter().any(|end| bare.ends_with(end));
    if !is_file {
        let help = "write the file's name in .github/workflows: deploy.yml";
        found.wrong(&at.span, format!("`{key}` is no workflow file"), help);
    } else if bare != name && name.strip_prefix(".github/workflows/") != Some(bare) {
        let help = format!("write \"{bare}\"");
        found.wrong(
            &at.span,
            format!("`{key}` is not in .github/workflows"),
            &help,
        );
    }
    bare.to_owned()
}

/// A glob, as it is written.
pub(super) fn glob(raw: &str) -> Result<String, String> {
    if raw.trim().is_empty() {
        return Err("is empty".to_owned());
    }
    match Glob::new(raw) {
        Ok(_) => Ok(raw.to_owned()),
        Err(error) => Err(format!("no glob: {}", error.kind())),
    }
}

/// Longest JSON pointer, in bytes: it goes into the journal.
const LONGEST_POINTER: usize = 300;

/// RFC 6901: empty, or `/` before each part; `~` only as `~0` and `~1`.
pub(super) fn json_pointer(raw: &str) -> Result<String, String> {
    if !raw.is_empty() && !raw.starts_with('/') {
        return Err(format!("a JSON pointer begins with a slash: \"/{raw}\""));
    }
    if raw.len() > LONGEST_POINTER {
        return Err(format!("is longer than {LONGEST_POINTER} characters"));
    }
    let tildes = raw.match_indices('~');
    for (at, _) in tildes {
        if !matches!(raw.as_bytes().get(at + 1), Some(b'0' | b'1')) {
            return Err("in a JSON pointer `~` is written ~0 and `/` ~1".to_owned());
        }
    }
    Ok(raw.to_owned())
}
