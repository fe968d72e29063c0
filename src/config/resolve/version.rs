//! `candidate.version_from` and `paths`: what people call the candidate, and which files are its service's.

use regex::Regex;

use super::{
    findings::Findings,
    values::{glob, json_pointer},
};
use crate::{
    config::{
        At,
        file::{TeamTable, VersionFromTable},
    },
    domain::policy::VersionFile,
};

/// Most globs of one service.
const MOST_PATHS: usize = 100;

/// The pattern over the run's title, and the file of an artifact.
pub(super) fn version_from(
    table: &TeamTable,
    found: &mut Findings,
) -> (Option<String>, Option<VersionFile>) {
    let Some(from) = &table.candidate.version_from else {
        return (None, None);
    };
    let title = from.display_title.as_ref();
    let title = title.and_then(|at| found.read("display_title", at, |raw| one_group(raw)));
    if from.display_title.is_none() && from.artifact.is_none() {
        let help = "name `display_title`, or `artifact` with `file`";
        found.wrong(&from.span, "`version_from` says nothing", help);
    }
    (title, version_file(from, found))
}

fn version_file(from: &At<VersionFromTable>, found: &mut Findings) -> Option<VersionFile> {
    let Some(artifact) = &from.artifact else {
        let stray = from.file.as_ref().map(|at| (&at.span, "file"));
        let stray = stray.or(from.pointer.as_ref().map(|at| (&at.span, "pointer")));
        if let Some((span, key)) = stray {
            let help = "add `artifact`: the one that holds the file";
            found.wrong(span, format!("`{key}` without `artifact`"), help);
        }
        return None;
    };
    let Some(file) = &from.file else {
        let help = "add `file`: its path in the artifact, \"manifest.json\"";
        found.wrong(&artifact.span, "`artifact` without `file`", help);
        return None;
    };
    let inner = |raw: &String| {
        let is_path = !raw.trim().is_empty() && !raw.starts_with('/');
        let is_path = is_path && !raw.split('/').any(|part| matches!(part, "" | "." | ".."));
        is_path
            .then(|| raw.clone())
            .ok_or_else(|| "is no path in the artifact, such as build/version.txt".to_owned())
    };
    Some(VersionFile {
        artifact: found.read("version_from.artifact", artifact, |raw| glob(raw))?,
        file: found.read("version_from.file", file, inner)?,
        pointer: match &from.pointer {
            Some(at) => Some(found.read("version_from.pointer", at, |raw| json_pointer(raw))?),
            None => None,
        },
    })
}

/// The globs of the service's own files.
pub(super) fn paths(table: &TeamTable, found: &mut Findings) -> Vec<String> {
    let Some(paths) = &table.paths else {
        return Vec::new();
    };
    let one = |raw: &String| {
        glob(raw).map_err(|why| format!("{raw:?} {why}"))?;
        if raw.starts_with('/') || raw.starts_with("./") {
            let bare = raw.trim_start_matches(['.', '/']);
            return Err(format!("paths begin at the root: write {bare:?}"));
        }
        // A folder's name alone matches no file in it.
        let is_folder = raw.ends_with('/') || !raw.contains(['*', '?', '[', '{', '.']);
        if is_folder {
            let bare = raw.trim_end_matches('/');
            return Err(format!("{raw:?} is a folder: write \"{bare}/**\""));
        }
        Ok(raw.clone())
    };
    let read = |all: &Vec<String>| match all.len() {
        0 => Err("names no file: leave it out where the whole repository is the service".into()),
        1..=MOST_PATHS => all.iter().map(one).collect(),
        many => Err(format!("{many} globs are too many: at most {MOST_PATHS}")),
    };
    found.read("paths", paths, read).unwrap_or_default()
}

fn one_group(raw: &str) -> Result<String, String> {
    let regex = Regex::new(raw).map_err(|error| {
        let last = error.to_string();
        let last = last.lines().last().unwrap_or("").trim().to_owned();
        format!(
            "no regular expression: {}",
            last.trim_start_matches("error: ")
        )
    })?;
    match regex.captures_len() {
        2 => Ok(raw.to_owned()),
        count => Err(format!("needs exactly one group, has {}", count - 1)),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::parse_team;

    const SMALLEST: &str = include_str!("../../../tests/data/config/smallest.toml");

    fn with(lines: &str) -> Result<crate::domain::policy::Policy, String> {
        let text = format!("{lines}\n{SMALLEST}");
        let team = parse_team(text.as_bytes(), "x").map_err(|wrong| wrong.to_string())?;
        Ok(team.policy)
    }

    #[test]
    fn a_version_stands_in_a_file_of_an_artifact() {
        let lines = "candidate.version_from = { artifact = \"build-*\", file = \"a/manifest.json\", pointer = \"/version\" }";
        let file = with(lines).unwrap().target.version_from_artifact.unwrap();
        assert_eq!(
            (file.artifact.as_str(), file.file.as_str()),
            ("build-*", "a/manifest.json")
        );
        assert_eq!(file.pointer.as_deref(), Some("/version"));
        for (wrong, said) in [
            ("{ artifact = \"build\" }", "`artifact` without `file`"),
            ("{ file = \"a.json\" }", "`version_from` says nothing"),
            (
                "{ display_title = '(v.*)', pointer = \"/a\" }",
                "`pointer` without `artifact`",
            ),
            (
                "{ artifact = \"build\", file = \"../a.json\" }",
                "is no path in the artifact",
            ),
            (
                "{ artifact = \"build\", file = \"/a.json\" }",
                "is no path in the artifact",
            ),
            ("{ artifact = \"bu[ild\", file = \"a.json\" }", "no glob"),
            (
                "{ artifact = \"build\", file = \"a.json\", pointer = \"version\" }",
                "begins with a slash",
            ),
            ("{}", "`version_from` says nothing"),
        ] {
            let told = with(&format!("candidate.version_from = {wrong}")).unwrap_err();
            assert!(told.contains(said), "{wrong}: {told}");
        }
    }

    #[test]
    fn paths_are_globs_from_the_root() {
        let policy = with("paths = [\"services/checkout/**\", \"Makefile.*\"]").unwrap();
        assert_eq!(policy.paths.len(), 2);
        assert!(with("").unwrap().paths.is_empty());
        for (wrong, said) in [
            ("[]", "names no file"),
            (
                "[\"services/checkout\"]",
                "write \\\"services/checkout/**\\\"",
            ),
            ("[\"services/checkout/\"]", "is a folder"),
            ("[\"/services/**\"]", "begin at the root"),
            ("[\"./services/**\"]", "begin at the root"),
            ("[\"a[\"]", "no glob"),
            ("[\" \"]", "is empty"),
        ] {
            let told = with(&format!("paths = {wrong}")).unwrap_err();
            let said = said.replace('\\', "");
            assert!(told.contains(&said), "{wrong}: {told}");
        }
    }
}
