//! A changed file as a test wants it: every line of it is new.

use crate::domain::{diff::Patch, observation::FileChange};

pub(super) fn file(path: &str, status: &str, content: &str) -> FileChange {
    let lines: Vec<&str> = content.lines().collect();
    let body: String = lines.iter().flat_map(|line| ["+", line, "\n"]).collect();
    FileChange {
        path: path.into(),
        added: u32::try_from(lines.len()).unwrap(),
        removed: 0,
        status: status.into(),
        previous: None,
        patch: Some(Patch::new(format!("@@ -0,0 +1,{} @@\n{body}", lines.len()))),
    }
}
