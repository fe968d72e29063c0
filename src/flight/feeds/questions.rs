//! The feed of prerequisites and checklist items: asks the world each question again while a decision is ahead.
//!
//! A fault that passes by itself leaves the last answer standing and is asked again soon; any other is the answer.
//! What a program answers has a feed of its own.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;

use super::{
    desk::Desk,
    diff,
    named::named,
    pulse::{Gone, Pulse},
};
use crate::{
    domain::{
        ArtifactId, Fault, Sha, Text,
        judge::State,
        later,
        observation::{ArtifactList, Comparison, Observation},
        question::{Answer, Ask, Question, Subject},
    },
    flight::needs::Needs,
};

/// Between two rounds where everything is told; a decision begins one at once.
const EVERY: SignedDuration = SignedDuration::from_mins(5);
/// While something is not there yet, or only runs.
const SOON: SignedDuration = SignedDuration::from_secs(30);
/// While nobody decides.
const REST: SignedDuration = SignedDuration::from_hours(1);

/// What cannot change for a commit or an artifact is read once.
#[derive(Default)]
struct Memory {
    /// The commit and attempt that all of it is of.
    of: Option<(Sha, u32)>,
    /// Files of the commit by path; `None`: not there.
    files: BTreeMap<String, Option<Vec<u8>>>,
    /// Files of artifacts.
    inner: BTreeMap<(ArtifactId, String), Option<Vec<u8>>>,
    /// Tags of the commit by how they begin.
    tags: BTreeMap<String, Text>,
    /// The comparison, by the blob that holds it.
    compared: Option<(String, Arc<Comparison>)>,
}

/// One round over the questions.
struct Round<'a> {
    pulse: &'a Pulse,
    desk: &'a Desk,
    needs: &'a Needs,
    sha: &'a Sha,
    memory: &'a mut Memory,
    /// Asked once for all questions.
    artifacts: Option<ArtifactList>,
}

pub(super) async fn follow(mut pulse: Pulse, desk: Desk) -> Result<(), Gone> {
    let mut questions = desk.policy.questions();
    questions.retain(|question| question.ask.program().is_none());
    if questions.is_empty() {
        return Ok(());
    }
    let mut memory = Memory::default();
    loop {
        let needs = pulse.needs();
        let now = pulse.now();
        let next = match (&needs.evidence.sha, needs.asks_questions) {
            (Some(sha), true) => {
                memory.turn_to(sha, needs.attempt);
                let round = Round {
                    pulse: &pulse,
                    desk: &desk,
                    needs: &needs,
                    sha,
                    memory: &mut memory,
                    artifacts: None,
                };
                let (answers, fault) = round.over(&questions).await;
                let is_open = answers.len() < questions.len()
                    || answers
                        .iter()
                        .any(|(_, answer)| answer.state == State::NoData);
                pulse.see(Observation::Checked(answers)).await?;
                if let Some(fault) = fault {
                    pulse.bad(fault).await?
                } else {
                    pulse.recovered();
                    later(now, if is_open { SOON } else { EVERY })
                }
            }
            _ => later(now, REST),
        };
        pulse.rest(next, |now| news(now) != news(&needs)).await?;
    }
}

/// What of the needs begins a round at once.
fn news(needs: &Needs) -> (Option<&Sha>, u32, Timestamp, bool, Option<&str>) {
    let evidence = &needs.evidence;
    (
        evidence.sha.as_ref(),
        needs.attempt,
        needs.look_after,
        needs.asks_questions,
        evidence.detail.as_deref(),
    )
}

impl Memory {
    fn turn_to(&mut self, sha: &Sha, attempt: u32) {
        let of = Some((sha.clone(), attempt));
        if self.of != of {
            *self = Self {
                of,
                ..Self::default()
            };
        }
    }
}

impl Round<'_> {
    /// What could be answered, and the first fault that passes by itself.
    async fn over(mut self, questions: &[Question]) -> (Vec<(Subject, Answer)>, Option<Fault>) {
        let mut answers = Vec::new();
        let mut first = None;
        for question in questions {
            match self.ask(question).await {
                Ok(answer) => {
                    answers.extend(answer.map(|answer| (question.subject.clone(), answer)));
                }
                Err(fault) if fault.passes_by_itself() => {
                    first.get_or_insert(fault);
                }
                Err(fault) => answers.push((question.subject.clone(), Answer::broken(&fault))),
            }
        }
        (answers, first)
    }

    /// The answer; `None`: this cockpit may not ask that now.
    async fn ask(&mut self, question: &Question) -> Result<Option<Answer>, Fault> {
        let now = self.pulse.now();
        let outside = &self.pulse.outside;
        Ok(Some(match &question.ask {
            Ask::File {
                path,
                pointer,
                wants,
            } => {
                let name = format!("{path} at {}", self.sha.short());
                let bytes = self.file(path).await?;
                Answer::of_file(bytes, &name, pointer, wants, now)
            }
            Ask::Artifact {
                artifact,
                file,
                pointer,
                wants,
            } => match self.newest(artifact).await? {
                None => Answer::new(State::NoData, &format!("not yet: no artifact {artifact}")),
                Some(id) => {
                    let bytes = self.inner(id, file).await?;
                    let name = format!("{file} of {artifact}");
                    Answer::of_file(bytes, &name, pointer, wants, now)
                }
            },
            Ask::CheckRun(name) => {
                let checks = outside.checks.check_runs(self.sha, name).await?;
                Answer::of_checks(&checks, name, self.sha)
            }
            // The environment that counts is that of the cockpit that drives.
            Ask::Variable { name, wants } if self.desk.drives => {
                let value = outside.variables.get(name);
                let value = value.map(ExposeSecret::expose_secret);
                Answer::of_variable(value, name, wants, now)
            }
            Ask::Variable { .. } | Ask::Command { .. } => return Ok(None),
            Ask::Tag(prefix) => {
                let tag = self.tag(prefix).await?;
                Answer::of_tag(tag.as_ref(), self.sha)
            }
            Ask::Changed(glob) => {
                let seen = self.compared().await;
                Answer::of_changes(seen.as_deref(), glob)
            }
        }))
    }

    async fn file(&mut self, path: &str) -> Result<Option<&[u8]>, Fault> {
        let files = &mut self.memory.files;
        if !files.contains_key(path) {
            let bytes = self.pulse.outside.history.file_at(self.sha, path).await?;
            files.insert(path.to_owned(), bytes);
        }
        Ok(files.get(path).and_then(Option::as_deref))
    }

    /// A tag that is there stays; one that is not may still come.
    async fn tag(&mut self, prefix: &str) -> Result<Option<Text>, Fault> {
        if let Some(known) = self.memory.tags.get(prefix) {
            return Ok(Some(known.clone()));
        }
        let tag = self.pulse.outside.history.tag_of(self.sha, prefix).await?;
        if let Some(tag) = &tag {
            self.memory.tags.insert(prefix.to_owned(), tag.clone());
        }
        Ok(tag)
    }

    /// The newest artifact of a name; those of an earlier attempt say nothing about this one.
    async fn newest(&mut self, glob: &str) -> Result<Option<ArtifactId>, Fault> {
        if self.artifacts.is_none() {
            let artifacts = &self.pulse.outside.artifacts;
            self.artifacts = Some(artifacts.list(self.needs.run).await?);
        }
        let Some(list) = &self.artifacts else {
            return Ok(None);
        };
        let named = named(list, glob, self.needs.evidence.since);
        match (named.found.first(), named.lost.into_iter().next()) {
            (Some(newest), _) => Ok(Some(newest.id)),
            (None, Some((_, why))) => Err(why),
            (None, None) => Ok(None),
        }
    }

    async fn inner(&mut self, artifact: ArtifactId, path: &str) -> Result<Option<&[u8]>, Fault> {
        let key = (artifact, path.to_owned());
        let inner = &mut self.memory.inner;
        if !inner.contains_key(&key) {
            let artifacts = &self.pulse.outside.artifacts;
            inner.insert(key.clone(), artifacts.inner_file(artifact, path).await?);
        }
        Ok(inner.get(&key).and_then(Option::as_deref))
    }

    /// The comparison that the diff's feed kept.
    async fn compared(&mut self) -> Option<Arc<Comparison>> {
        let blob = self.needs.evidence.detail.as_deref()?;
        if let Some((known, seen)) = &self.memory.compared
            && known == blob
        {
            return Some(Arc::clone(seen));
        }
        let seen = Arc::new(diff::kept(self.desk, blob).await?);
        self.memory.compared = Some((blob.to_owned(), Arc::clone(&seen)));
        Some(seen)
    }
}
