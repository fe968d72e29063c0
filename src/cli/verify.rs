//! `cockpit verify`: whether a journal is what was written: chain, head, blobs.

use std::{fmt::Write as _, path::Path};

use serde_json::json;

use super::{
    beside::chain_of,
    exit::{Exit, Stop},
    past,
    record_args::VerifyArguments,
    say::print,
    surroundings::Surroundings,
};
use crate::{
    adapters::store::{
        BlobFault, Proven, Signed, StoreError, Vouched, blob_faults, prove, signed_head,
    },
    domain::{
        Text,
        record::{Broken, BrokenWhy, Reader},
        release::Recorded,
    },
    flight::read,
};

/// Exit 0: everything is as it was written; 1: something is not, with the line; 2: there is no such journal; 3: nothing
/// beside the journal vouches for it, so lines may have been taken away at its end.
pub(super) fn verify(around: &Surroundings, given: &VerifyArguments) -> Result<Exit, Stop> {
    let journal = past::named(around, &given.release)?;
    let proven = match prove(&journal) {
        Ok(proven) => proven,
        Err(error) => return broken(&journal, &error, given.json),
    };
    if proven.end.whole == 0 && proven.end.torn > 0 {
        return broken(&journal, &nothing_whole(&journal), given.json);
    }
    let read = read(&proven.bytes).map_err(|error| Text::line(&chain_of(&error)));
    let blobs = match &read {
        Ok(Some(recorded)) => blob_faults(&journal, recorded.blobs()),
        Ok(None) | Err(_) => Vec::new(),
    };
    let signed = match &given.signers {
        None => None,
        Some(signers) => Some(signed(&journal, signers, &proven)?),
    };
    let found = Found {
        signed: signed.as_ref(),
        journal: &journal,
        proven: &proven,
        recorded: read.as_ref().ok().and_then(Option::as_ref),
        unread: read.as_ref().err(),
        blobs: &blobs,
    };
    let page = if given.json {
        format!("{:#}\n", found.as_json())
    } else {
        found.in_words()
    };
    let found_vouched = found.is_vouched();
    print(page.as_bytes())?;
    let is_signed = signed.is_none_or(|signed| matches!(signed, Signed::By { .. }));
    Ok(match (blobs.is_empty() && is_signed, found_vouched) {
        (false, _) => Exit::Failed,
        (true, false) => Exit::NeedsHuman,
        (true, true) => Exit::Ok,
    })
}

/// Whether somebody of the list signed a head that the journal holds.
fn signed(journal: &Path, signers: &Path, proven: &Proven) -> Result<Signed, Stop> {
    let found = signed_head(journal, signers).map_err(|error| {
        Stop::usage(format!(
            "{error}\n  = help: --signers names a list as in ssh-keygen(1), ALLOWED SIGNERS"
        ))
    })?;
    let Signed::By { head, .. } = &found else {
        return Ok(found);
    };
    // The same chain once more, up to the signed line.
    let held = Reader::new(&proven.bytes).verify_with(Some(head));
    Ok(match held {
        Ok(_) => found,
        Err(error) => {
            let why = format!("the journal does not hold the head that was signed: {error}");
            Signed::Bad(Text::line(&why))
        }
    })
}

fn broken(journal: &Path, error: &StoreError, as_json: bool) -> Result<Exit, Stop> {
    if !as_json {
        return Err(Stop::failed(error.to_string()));
    }
    let (line, why) = match error {
        StoreError::Broken { source, .. } => (Some(source.line), source.why.to_string()),
        other => (None, other.to_string()),
    };
    let page = json!({
        "ok": false,
        "journal": journal.display().to_string(),
        "line": line,
        "why": why,
    });
    print(format!("{page:#}\n").as_bytes())?;
    Ok(Exit::Failed)
}

/// A file without one whole line proves nothing: it may be anything.
fn nothing_whole(journal: &Path) -> StoreError {
    StoreError::Broken {
        path: journal.to_owned(),
        source: Broken {
            line: 1,
            why: BrokenWhy::Unreadable("the file holds no whole line of a journal".into()),
        },
    }
}

/// A journal whose chain holds, and what else was found.
struct Found<'a> {
    journal: &'a Path,
    proven: &'a Proven,
    recorded: Option<&'a Recorded>,
    unread: Option<&'a Text>,
    blobs: &'a [BlobFault],
    /// `None`: nobody asked.
    signed: Option<&'a Signed>,
}

impl Found<'_> {
    /// `None`: it holds, and nothing vouches for its end.
    fn ok(&self) -> Option<bool> {
        let is_signed = self
            .signed
            .is_none_or(|signed| matches!(signed, Signed::By { .. }));
        let holds = self.blobs.is_empty() && is_signed;
        (!holds || self.is_vouched()).then_some(holds)
    }

    fn named(&self) -> usize {
        self.recorded.map_or(0, |recorded| recorded.blobs().len())
    }

    /// Whether anything beside the journal says how far it went: who took away its end took the head too.
    fn is_vouched(&self) -> bool {
        self.proven.head != Vouched::Nothing
    }

    fn as_json(&self) -> serde_json::Value {
        let end = &self.proven.end;
        let release = self.recorded.map(Recorded::release);
        json!({
            "ok": self.ok(),
            "journal": self.journal.display().to_string(),
            "service": release.map(|release| &release.policy.service),
            "version": release.map(crate::domain::release::Release::name),
            "run": release.map(|release| release.key.run),
            "events": end.head.seq(),
            "sha256": end.head.hex(),
            "head": match self.proven.head {
                Vouched::Through(head) => Some(head.seq()),
                Vouched::Nothing => None,
            },
            "signed": self.signed.map(|signed| match signed {
                Signed::By { who, head } => json!({ "by": who, "through": head.seq() }),
                Signed::Nothing => json!({ "by": null, "why": "there is no signed head" }),
                Signed::Bad(why) => json!({ "by": null, "why": why }),
            }),
            "torn_bytes": end.torn,
            "unread": self.unread,
            "blobs": {
                "named": self.named(),
                "faults": self.blobs.iter()
                    .map(|fault| json!({"sha256": fault.name, "why": fault.why}))
                    .collect::<Vec<_>>(),
            },
        })
    }

    fn in_words(&self) -> String {
        let end = &self.proven.end;
        let mut page = String::new();
        let mut line = |left: &str, right: &str| {
            // Writing to a String cannot fail.
            let _ = writeln!(page, "{left:<8} {right}");
        };
        if let Some(recorded) = self.recorded {
            let release = recorded.release();
            line(
                "release",
                &format!(
                    "{} {}, {}",
                    Text::line(&release.policy.service),
                    release.name(),
                    release.key
                ),
            );
        }
        line("journal", &self.journal.display().to_string());
        line(
            "chain",
            &format!(
                "holds: {} events, sha256 {}",
                end.head.seq(),
                end.head.hex()
            ),
        );
        line("head", &self.head_in_words());
        match self.signed {
            None => {}
            Some(Signed::By { who, head }) => line(
                "signed",
                &format!("by {who} through line {} of {}", head.seq(), end.head.seq()),
            ),
            Some(Signed::Nothing) => line("SIGNED", "by nobody: there is no signed head"),
            Some(Signed::Bad(why)) => line("SIGNED", why.as_str()),
        }
        if end.torn > 0 {
            line(
                "torn",
                &format!(
                    "{} bytes behind the last line: the beginning of one that was never acknowledged",
                    end.torn
                ),
            );
        }
        if let Some(why) = self.unread {
            line(
                "events",
                &format!(
                    "not all can be read by this version: {why}; the blobs were not looked at"
                ),
            );
        }
        let named = self.named();
        if self.blobs.is_empty() && self.unread.is_none() {
            line(
                "blobs",
                &format!("{named} of {named} are there with their hash"),
            );
        }
        for fault in self.blobs {
            line("BLOB", &format!("{}: {}", fault.name, fault.why));
        }
        page
    }

    fn head_in_words(&self) -> String {
        let last = self.proven.end.head.seq().0;
        match self.proven.head {
            Vouched::Through(head) if head.seq().0 == last => {
                format!("names line {last}, the last one, and it is as it was written")
            }
            Vouched::Through(head) => format!(
                "names line {}, and it is as it was written; nothing vouches for line {last}, the last one",
                head.seq()
            ),
            Vouched::Nothing => {
                format!(
                    "NONE beside the journal: nothing vouches for line {last}, nor that it was the last one"
                )
            }
        }
    }
}
