//! [`Flags`] in a flagd or `OpenFeature` file on this machine: `{"flags": {"NAME": {"state": "ENABLED"}}}`, or the same as YAML.
//!
//! Source: flagd, "Flag definitions" (flagd.dev): a flag whose `state` is `DISABLED` is not evaluated.

use std::{
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::yaml;
use crate::{
    domain::{Fault, FaultKind, Text, flags::FlagReading},
    ports::{Asked, Flags},
};

/// Largest file, in bytes.
const MOST: u64 = 4 * 1024 * 1024;

/// The file.
#[derive(Debug)]
pub struct FlagFile {
    path: PathBuf,
}

impl FlagFile {
    /// At that path; opens nothing.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// By its name, as flagd tells them apart.
    fn is_yaml(&self) -> bool {
        let ending = self.path.extension().and_then(|ending| ending.to_str());
        ending.is_some_and(|ending| {
            ["yaml", "yml"]
                .iter()
                .any(|one| ending.eq_ignore_ascii_case(one))
        })
    }

    fn fault(&self, detail: impl AsRef<str>) -> Fault {
        let what = format!("flags in {}", self.path.display());
        Fault::new(FaultKind::Local, what.as_str(), detail)
    }
}

fn held(path: &Path) -> std::io::Result<Vec<u8>> {
    let file = std::fs::File::open(path)?;
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// How a flag stands in the file. flagd takes its two words letter by letter: with any other the flag is evaluated, or not taken.
fn reading(document: Option<&Value>, name: &str) -> FlagReading {
    let unknown = |why: &str| FlagReading::Unknown(Text::line(why));
    let Some(document) = document else {
        return unknown("the file is no JSON");
    };
    let flag = document.get("flags").and_then(|flags| flags.get(name));
    match flag.map(|flag| &flag["state"]) {
        None => unknown("the file holds no such flag"),
        Some(Value::String(word)) if word == "ENABLED" => FlagReading::On,
        Some(Value::String(word)) if word == "DISABLED" => FlagReading::Off,
        Some(_) => unknown("its state is neither ENABLED nor DISABLED"),
    }
}

/// The file with the flag disabled, its other content as it was: in its own words where only that one need be changed.
fn disabled(bytes: &[u8], name: &str) -> Result<Vec<u8>, String> {
    let mut document: Value =
        serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON: {error}"))?;
    let flag = document
        .get_mut("flags")
        .and_then(|flags| flags.get_mut(name))
        .and_then(Value::as_object_mut)
        .ok_or_else(|| format!("it holds no flag {name}"))?;
    flag.insert("state".to_owned(), Value::from("DISABLED"));
    let is_it =
        |bytes: &Vec<u8>| serde_json::from_slice(bytes).is_ok_and(|now: Value| now == document);
    if let Some(written) = yaml::disabled(bytes, name).ok().filter(is_it) {
        return Ok(written);
    }
    let mut written = serde_json::to_vec_pretty(&document).map_err(|error| error.to_string())?;
    written.push(b'\n');
    Ok(written)
}

/// In place of the old file, whole or not at all; who may read it stays as it was. Where a link stands there, the file that it
/// leads to: that one is what flagd reads.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let path = &std::fs::canonicalize(path)?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let rights = std::fs::metadata(path)?.permissions();
    let mut draft = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    draft.write_all(bytes)?;
    draft.as_file().set_permissions(rights)?;
    draft.as_file().sync_all()?;
    draft.persist(path).map_err(|error| error.error)?;
    Ok(())
}

impl Flags for FlagFile {
    fn read<'a>(&'a self, names: &'a [String]) -> Asked<'a, Vec<(String, FlagReading)>> {
        Box::pin(async move {
            let (path, names, is_yaml) = (self.path.clone(), names.to_vec(), self.is_yaml());
            let read = tokio::task::spawn_blocking(move || {
                let bytes = held(&path).map_err(|error| error.to_string())?;
                let document = if is_yaml {
                    Some(yaml::document(&bytes)?)
                } else {
                    serde_json::from_slice(&bytes).ok()
                };
                let mut all = Vec::with_capacity(names.len());
                for name in names {
                    let stands = reading(document.as_ref(), &name);
                    all.push((name, stands));
                }
                Ok(all)
            });
            read.await
                .map_err(|error| self.fault(error.to_string()))?
                .map_err(|why: String| self.fault(why))
        })
    }

    fn kill<'a>(&'a self, name: &'a str) -> Asked<'a, ()> {
        Box::pin(async move {
            let (path, flag) = (self.path.clone(), name.to_owned());
            let disabled = if self.is_yaml() {
                yaml::disabled
            } else {
                disabled
            };
            let written = tokio::task::spawn_blocking(move || {
                let bytes = held(&path).map_err(|error| error.to_string())?;
                let bytes = disabled(&bytes, &flag)?;
                replace(&path, &bytes).map_err(|error| error.to_string())
            });
            written
                .await
                .map_err(|error| self.fault(error.to_string()))?
                .map_err(|why| self.fault(why))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[tokio::test]
    async fn a_link_stays_one_and_the_file_that_it_leads_to_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("real")).unwrap();
        let real = folder.path().join("real/flags.json");
        std::fs::write(&real, r#"{"flags":{"c":{"state":"ENABLED"}}}"#).unwrap();
        let link = folder.path().join("flags.json");
        std::os::unix::fs::symlink("real/flags.json", &link).unwrap();
        FlagFile::new(link.clone()).kill("c").await.unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        let read = FlagFile::new(real).read(&["c".to_owned()]).await.unwrap();
        assert_eq!(read[0].1, FlagReading::Off);
    }

    #[tokio::test]
    async fn a_file_in_yaml_keeps_its_comments() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flags.YML");
        std::fs::write(&path, "flags:\n  c: { state: ENABLED }  # ours\n").unwrap();
        let flags = FlagFile::new(path.clone());
        let read = flags.read(&["c".to_owned()]).await.unwrap();
        assert_eq!(read[0].1, FlagReading::On);
        flags.kill("c").await.unwrap();
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(written, "flags:\n  c: { state: DISABLED }  # ours\n");
        assert_eq!(
            flags.read(&["c".to_owned()]).await.unwrap()[0].1,
            FlagReading::Off
        );
        std::fs::write(&path, "flags: [").unwrap();
        let fault = flags.read(&["c".to_owned()]).await.unwrap_err();
        assert!(fault.to_string().contains("it is no YAML"), "{fault}");
    }

    #[tokio::test]
    async fn a_state_that_flagd_does_not_know_is_neither_on_nor_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flags.json");
        // flagd evaluates a flag whose state is written in small letters: it is not off.
        for state in ["\"PAUSED\"", "\"disabled\"", "\"enabled\"", "false", "null"] {
            let text = format!("{{\"flags\":{{\"c\":{{\"state\":{state}}}}}}}");
            std::fs::write(&path, text).unwrap();
            let flags = FlagFile::new(path.clone());
            let read = flags.read(&["c".to_owned()]).await.unwrap();
            assert!(matches!(read[0].1, FlagReading::Unknown(_)), "{read:?}");
        }
        std::fs::write(&path, "{").unwrap();
        let read = FlagFile::new(path).read(&["c".to_owned()]).await.unwrap();
        assert!(matches!(read[0].1, FlagReading::Unknown(_)), "{read:?}");
    }

    #[test]
    fn one_word_of_a_file_in_json_is_changed_and_where_more_must_be_the_rest_says_the_same() {
        let text = "{\n\t\"flags\" : {\"z\": {\"x\": 123456789012345678901, \"state\":\"ENABLED\"},\r\n  \"c\": {\"state\": \"ENABLED\" } } }";
        let written = String::from_utf8(disabled(text.as_bytes(), "c").unwrap()).unwrap();
        let at = text.rfind("ENABLED").unwrap();
        assert_eq!(
            written,
            format!("{}DISABLED{}", &text[..at], &text[at + 7..])
        );
        for text in [
            r#"{"flags":{"d":{"state":"ENABLED"},"c":{"x":"\ud83d\ude00"}}}"#,
            r#"{"flags":{"d":{"state":"ENABLED"},"c":{"state":"EN\u0041BLED"}}}"#,
        ] {
            let written: Value =
                serde_json::from_slice(&disabled(text.as_bytes(), "c").unwrap()).unwrap();
            assert_eq!(written["flags"]["c"]["state"], "DISABLED");
            assert_eq!(written["flags"]["d"]["state"], "ENABLED");
        }
    }

    #[tokio::test]
    async fn a_flag_is_disabled_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flags.json");
        let text = r#"{"$schema":"s","flags":{"a/b":{"state":"ENABLED","variants":{"on":true}},"c":{"state":"ENABLED"}}}"#;
        std::fs::write(&path, text).unwrap();
        let file = FlagFile::new(path.clone());
        let names = ["a/b".to_owned(), "c".to_owned(), "gone".to_owned()];
        let before = file.read(&names).await.unwrap();
        assert_eq!(
            (&before[0].1, &before[1].1),
            (&FlagReading::On, &FlagReading::On)
        );
        assert!(matches!(before[2].1, FlagReading::Unknown(_)));
        file.kill("a/b").await.unwrap();
        let after = file.read(&names).await.unwrap();
        assert_eq!(
            (&after[0].1, &after[1].1),
            (&FlagReading::Off, &FlagReading::On)
        );
        let kept: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(kept["flags"]["a/b"]["variants"]["on"], true);
        let refused = file.kill("gone").await.unwrap_err();
        assert!(
            refused.detail.as_str().contains("no flag gone"),
            "{refused}"
        );
        std::fs::write(&path, "{").unwrap();
        assert!(file.kill("c").await.is_err());
        assert_eq!(
            std::fs::read(&path).unwrap(),
            b"{",
            "a broken file is left alone"
        );
    }
}
