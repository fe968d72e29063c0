//! Clicks that were acknowledged to the chat and not answered for yet: one small file each, in the folder of its release.
//!
//! A file is sealed with HMAC-SHA256 (RFC 2104) under the app's token: what something else wrote there is no click. Knows
//! nothing of what a click means.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    error::explained,
    hex::{hex, unhex},
    lock, place, private,
};
use crate::{
    domain::{
        ReleaseKey, Text,
        chat::{Button, Click},
    },
    ports::ClickBox,
};

/// Largest file, in bytes: a reason of 4,000 escaped characters fits.
const BYTES: u64 = 64 * 1024;
/// Clicks of one release that may wait.
const MOST: usize = 64;

/// The clicks that wait, of every release below a state folder.
pub struct ClicksOnDisk {
    root: PathBuf,
    seal: SecretString,
}

/// A click as it lies there.
#[derive(Serialize, Deserialize)]
struct Kept {
    id: Text,
    user: Text,
    channel: Text,
    value: String,
    /// With Reject: why. Approve has none.
    reason: Option<Text>,
    /// With Reject on its way to another process: what opens the window that asks why, for three seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trigger: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    /// The release and the click, as bytes that were sealed.
    click: String,
    seal: String,
}

impl ClicksOnDisk {
    /// Below `root`, sealed with the app's token.
    pub fn new(root: &Path, seal: SecretString) -> Self {
        Self {
            root: root.to_owned(),
            seal,
        }
    }

    fn folder(&self, release: &ReleaseKey) -> io::Result<PathBuf> {
        let folder = place::folder(&self.root, release).map_err(io::Error::other)?;
        Ok(folder.join(place::CLICKS))
    }

    fn sealing(&self, release: &ReleaseKey, click: &str) -> io::Result<Hmac<Sha256>> {
        let key = self.seal.expose_secret().as_bytes();
        let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(io::Error::other)?;
        // Not to be brought to another release than it was kept for.
        mac.update(format!("{} {}\n", release.repository.slug(), release.run).as_bytes());
        mac.update(click.as_bytes());
        Ok(mac)
    }

    fn opened(&self, release: &ReleaseKey, bytes: &[u8]) -> Option<Click> {
        let sealed: Sealed = serde_json::from_slice(bytes).ok()?;
        let mac = self.sealing(release, &sealed.click).ok()?;
        mac.verify_slice(&unhex(&sealed.seal)?).ok()?;
        let kept: Kept = serde_json::from_str(&sealed.click).ok()?;
        Some(Click {
            id: kept.id,
            user: kept.user,
            channel: kept.channel,
            value: kept.value,
            button: match (kept.reason, &kept.trigger) {
                (Some(reason), _) => Button::Rejected { reason },
                (None, Some(_)) => Button::Reject,
                (None, None) => Button::Approve,
            },
            trigger: kept.trigger,
        })
    }

    fn put(&self, release: &ReleaseKey, click: &Click) -> io::Result<()> {
        let (reason, trigger) = match &click.button {
            Button::Approve => (None, None),
            Button::Rejected { reason } => (Some(reason.clone()), None),
            Button::Reject => (None, Some(click.trigger.clone().unwrap_or_default())),
        };
        let written = serde_json::to_string(&Kept {
            id: click.id.clone(),
            user: click.user.clone(),
            channel: click.channel.clone(),
            value: click.value.clone(),
            reason,
            trigger,
        })?;
        let seal = self.sealing(release, &written)?.finalize().into_bytes();
        let sealed = serde_json::to_vec(&Sealed {
            click: written,
            seal: hex(&seal),
        })?;
        let folder = self.folder(release)?;
        if let Some(above) = folder.parent() {
            private::folders(above, &[place::CLICKS]).map_err(io::Error::other)?;
        }
        let full = names(&folder)?.len() >= MOST || sealed.len() as u64 > BYTES;
        if full {
            let why = "too many clicks wait for the record, or one is too long";
            return Err(io::Error::new(io::ErrorKind::StorageFull, why));
        }
        private::put(&folder, &name_of(click), &sealed).map_err(|e| explained("write", &folder, e))
    }
}

impl ClickBox for ClicksOnDisk {
    fn keep(&self, release: &ReleaseKey, click: &Click) -> io::Result<()> {
        match click.button {
            // It asks for a window, which nobody opens later.
            Button::Reject => Ok(()),
            Button::Approve | Button::Rejected { .. } => self.put(release, click),
        }
    }

    fn pass(&self, release: &ReleaseKey, click: &Click) -> io::Result<bool> {
        let folder = place::folder(&self.root, release).map_err(io::Error::other)?;
        let (is_driven, _) = lock::holder(&folder);
        if is_driven {
            self.put(release, click)?;
        }
        Ok(is_driven)
    }

    fn kept(&self, release: &ReleaseKey) -> io::Result<Vec<Click>> {
        let folder = self.folder(release)?;
        let names = names(&folder)?;
        let read = names.iter().filter_map(|name| {
            let opened = private::read(&folder.join(name), BYTES)
                .ok()
                .and_then(|bytes| self.opened(release, &bytes));
            if opened.is_none() {
                tracing::warn!(name, "a kept click is none");
            }
            opened
        });
        let mut clicks: Vec<Click> = read.collect();
        // Their names begin with their times.
        clicks.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(clicks)
    }

    fn forget(&self, release: &ReleaseKey, click: &Click) -> io::Result<()> {
        let path = self.folder(release)?.join(name_of(click));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(explained("remove", &path, error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// The files that may be clicks, at most [`MOST`].
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let listed = match fs::read_dir(folder) {
        Ok(listed) => listed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(explained("read", folder, error)),
    };
    let names = listed.filter_map(|found| found.ok()?.file_name().into_string().ok());
    let own = names.filter(|name| {
        Path::new(name).extension().is_some_and(|end| end == "json") && !name.starts_with('.')
    });
    Ok(own.take(MOST).collect())
}

/// A click is called as it likes: its hash is its file's name.
fn name_of(click: &Click) -> String {
    let digest = Sha256::digest(click.id.as_str().as_bytes());
    format!("{}.json", hex(&digest[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Repository, RunId};

    fn release(run: u64) -> ReleaseKey {
        ReleaseKey {
            repository: Repository::parse("github.com", "acme/x").unwrap(),
            run: RunId(run),
        }
    }

    fn click(id: &str, button: Button) -> Click {
        Click {
            id: id.into(),
            user: "U1".into(),
            channel: "C1".into(),
            button,
            value: "v".to_owned(),
            trigger: Some("t".to_owned()),
        }
    }

    #[test]
    fn what_was_kept_is_there_until_it_is_answered_for() {
        let root = tempfile::tempdir().unwrap();
        let clicks = ClicksOnDisk::new(root.path(), "xapp-1".into());
        let reason = "  too big\nreally".into();
        let no = click("2.0 U1", Button::Rejected { reason });
        let yes = click("1.0 U1", Button::Approve);
        assert!(clicks.kept(&release(1)).unwrap().is_empty());
        for one in [&no, &yes, &yes] {
            clicks.keep(&release(1), one).unwrap();
        }
        let asks = click("3.0 U1", Button::Reject);
        clicks.keep(&release(1), &asks).unwrap();
        let kept = clicks.kept(&release(1)).unwrap();
        let ids: Vec<_> = kept.iter().map(|click| click.id.as_str()).collect();
        assert_eq!(ids, ["1.0 U1", "2.0 U1"], "in their order, each once");
        assert_eq!((&kept[1].button, &kept[1].trigger), (&no.button, &None));
        assert!(clicks.kept(&release(2)).unwrap().is_empty());
        for _ in 0..2 {
            clicks.forget(&release(1), &yes).unwrap();
        }
        assert_eq!(clicks.kept(&release(1)).unwrap().len(), 1);
    }

    #[test]
    fn a_click_is_passed_to_the_process_that_drives_its_release_and_to_no_other() {
        let root = tempfile::tempdir().unwrap();
        let clicks = ClicksOnDisk::new(root.path(), "xapp-1".into());
        let asks = click("3.0 U1", Button::Reject);
        assert!(!clicks.pass(&release(1), &asks).unwrap(), "nobody drives");
        assert!(clicks.kept(&release(1)).unwrap().is_empty());
        let folder = place::folder(root.path(), &release(1)).unwrap();
        fs::create_dir_all(&folder).unwrap();
        let who = lock::Who {
            host: "vm".into(),
            login: None,
            since: jiff::Timestamp::UNIX_EPOCH,
        };
        let held = lock::Lock::take(&folder, &who).unwrap().unwrap();
        let yes = click("4.0 U1", Button::Approve);
        for one in [&asks, &yes] {
            assert!(clicks.pass(&release(1), one).unwrap());
        }
        let kept = clicks.kept(&release(1)).unwrap();
        assert_eq!(kept[0], asks, "with what opens its window");
        assert_eq!((&kept[1].button, &kept[1].trigger), (&yes.button, &None));
        drop(held);
    }

    #[test]
    fn what_something_else_wrote_is_no_click() {
        let root = tempfile::tempdir().unwrap();
        let of = |token: &str| ClicksOnDisk::new(root.path(), token.into());
        let clicks = of("xapp-1");
        let yes = click("1.0 U1", Button::Approve);
        clicks.keep(&release(1), &yes).unwrap();
        assert!(of("xapp-2").kept(&release(1)).unwrap().is_empty());
        let folder = clicks.folder(&release(1)).unwrap();
        let path = folder.join(name_of(&yes));
        let sound = fs::read_to_string(&path).unwrap();
        let other = clicks.folder(&release(2)).unwrap();
        fs::create_dir_all(&other).unwrap();
        fs::write(other.join(name_of(&yes)), &sound).unwrap();
        assert!(clicks.kept(&release(2)).unwrap().is_empty(), "moved");
        for bad in [
            sound.replace("U1", "U2"),
            sound.replace("\"seal\":\"", "\"seal\":\"00"),
            sound.replace("\"seal\":\"", "\"seal\":\"é"),
            "{}".to_owned(),
            String::new(),
            "x".repeat(100_000),
        ] {
            fs::write(&path, &bad).unwrap();
            let kept = clicks.kept(&release(1)).unwrap();
            assert!(kept.is_empty(), "{}", &bad[..bad.len().min(80)]);
        }
    }

    #[test]
    fn there_is_an_end_to_what_waits() {
        let root = tempfile::tempdir().unwrap();
        let clicks = ClicksOnDisk::new(root.path(), "xapp-1".into());
        let all = (0..=MOST).map(|n| {
            let one = click(&format!("{n}.0 U1"), Button::Approve);
            clicks.keep(&release(1), &one).is_ok()
        });
        assert_eq!(all.filter(|kept| *kept).count(), MOST);
    }
}
