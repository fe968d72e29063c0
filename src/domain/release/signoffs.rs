//! Sign-offs of a release: who may give which, who gave it, and a gate for each role.

use super::{gate::Gate, gates::said};
use crate::domain::{
    Event, Login, Refusal, Text, approval::ApprovalEvent, judge::State, policy::SignoffRule,
    release::Release,
};

/// A person signs for a role.
pub(super) fn sign_off(
    release: &Release,
    actor: &Login,
    role: &str,
    note: Option<&Text>,
) -> Result<Vec<Event>, Refusal> {
    if !release.decision_is_ahead() {
        return Err(Refusal::WrongPhase {
            phase: Text::line(release.phase().word()),
        });
    }
    release
        .may_sign(actor, role)
        .map_err(|why| Refusal::NotYours {
            who: Text::line(actor.as_str()),
            role: Text::line(role),
            why,
        })?;
    let event = ApprovalEvent::SignedOff {
        role: role.to_owned(),
        note: note.filter(|note| !note.is_empty()).cloned(),
    };
    Ok(vec![event.into()])
}

/// And takes it back.
pub(super) fn withdraw(
    release: &Release,
    actor: &Login,
    role: &str,
) -> Result<Vec<Event>, Refusal> {
    if !release.decision_is_ahead() {
        return Err(Refusal::WrongPhase {
            phase: Text::line(release.phase().word()),
        });
    }
    if !release.has_signed(actor, role) {
        let why = format!("{actor} has not signed for {role}");
        return Err(Refusal::Impossible(Text::line(&why)));
    }
    let role = role.to_owned();
    Ok(vec![ApprovalEvent::SignOffWithdrawn { role }.into()])
}

impl Release {
    /// Whether `who` may sign for `role` now; else why not, and who can.
    ///
    /// Nobody signs for a change of their own, and while its authors are unknown nobody can tell.
    pub fn may_sign(&self, who: &Login, role: &str) -> Result<(), Text> {
        let Some(rule) = self.policy.approval.signoffs.get(role) else {
            let roles: Vec<&str> = self.roles().collect();
            let why = match roles.as_slice() {
                [] => "the rules ask for no sign-off".to_owned(),
                roles => format!("the rules ask for {}", roles.join(", ")),
            };
            return Err(Text::line(&why));
        };
        if self.has_signed(who, role) {
            return Err("they have signed already".into());
        }
        self.is_nobodys_own(who)?;
        if self.signers(role, rule).any(|one| one.is(who)) {
            return Ok(());
        }
        Err(Text::line(&self.who_can(role, rule)))
    }

    /// Whether nothing of the change is `who`'s own; while its authors are unknown nobody can tell.
    pub(super) fn is_nobodys_own(&self, who: &Login) -> Result<(), Text> {
        if let Some(why) = self.authors_unknown() {
            return Err(why);
        }
        if self.is_author(who) {
            return Err("it is their own change".into());
        }
        Ok(())
    }

    /// Why it is not known whose change it is; `None` where it is known.
    fn authors_unknown(&self) -> Option<Text> {
        if self.evidence.candidate.is_none() {
            return Some("it is not known yet whose change it is".into());
        }
        let production = self.rollout.production_now();
        let compares = production.is_some_and(|answer| answer.sha.is_some());
        match &self.evidence.diff {
            None if compares => Some(Text::line(&format!(
                "whose change it is cannot be told: {}",
                self.not_compared()
            ))),
            Some(diff) if diff.commits_truncated => {
                Some("not all of its commits are told: whose they are is not known".into())
            }
            Some(diff)
                if usize::try_from(diff.authors).is_ok_and(|all| all > diff.people.len()) =>
            {
                Some(Text::line(&format!(
                    "it is by {} people, more than are kept: whose it is is not known",
                    diff.authors
                )))
            }
            Some(diff) if diff.unlinked > 0 => Some(Text::line(&format!(
                "{} known from a clone alone, which knows no accounts: whose it is is not known",
                match diff.unlinked {
                    1 => "1 commit is".to_owned(),
                    many => format!("{many} commits are"),
                }
            ))),
            Some(_) | None => None,
        }
    }

    /// Whether `who` wrote any of what comes to production: the pull request's people, and those of every commit.
    fn is_author(&self, who: &Login) -> bool {
        let candidate = self.evidence.candidate.iter();
        let mut people = self.evidence.diff.iter().flat_map(|diff| &diff.people);
        candidate
            .flat_map(|candidate| &candidate.authors)
            .any(|author| author.is(who))
            || people.any(|person| person.as_str().eq_ignore_ascii_case(who.as_str()))
    }

    /// The roles whose sign-off is asked for.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.policy.approval.signoffs.keys().map(String::as_str)
    }

    /// Whether `who` has signed for `role`.
    pub fn has_signed(&self, who: &Login, role: &str) -> bool {
        let signed = self.approval.signed.get(role).into_iter().flatten();
        signed.into_iter().any(|one| one.by.is(who))
    }

    fn signers<'a>(
        &'a self,
        role: &'a str,
        rule: &'a SignoffRule,
    ) -> impl Iterator<Item = &'a Login> {
        let holders = self
            .policy
            .approval
            .people
            .iter()
            .filter(move |(_, roles)| rule.people.is_empty() && roles.iter().any(|one| one == role))
            .map(|(login, _)| login);
        rule.people.iter().chain(holders)
    }

    fn who_can(&self, role: &str, rule: &SignoffRule) -> String {
        let mut holders = self.signers(role, rule).peekable();
        if holders.peek().is_none() {
            return format!("nobody holds the role {role}: name people in cockpit.toml");
        }
        let can: Vec<&str> = holders
            .filter(|login| !self.is_author(login))
            .map(Login::as_str)
            .collect();
        if can.is_empty() {
            format!("whoever holds the role {role} wrote some of it: name others in cockpit.toml")
        } else {
            format!("{} can", can.join(", "))
        }
    }

    /// A gate for each role.
    pub(super) fn signoff_gates(&self) -> impl Iterator<Item = Gate> {
        self.policy.approval.signoffs.iter().map(|(role, rule)| {
            let signed = self
                .approval
                .signed
                .get(role)
                .map_or(&[][..], Vec::as_slice);
            // An author who became known after signing does not count.
            let valid: Vec<&str> = signed
                .iter()
                .filter(|one| !self.is_author(&one.by))
                .map(|one| one.by.as_str())
                .collect();
            let quorum = usize::try_from(rule.quorum).unwrap_or(usize::MAX);
            let verdict = if valid.len() >= quorum {
                said(State::Pass, &format!("signed by {}", valid.join(", ")))
            } else {
                let words = format!(
                    "{} of {quorum} signed; {}",
                    valid.len(),
                    self.who_can(role, rule)
                );
                said(State::NoData, &words)
            };
            let title = format!("Sign-off {role}");
            self.gate("signoffs", format!("signoff {role}"), &title, verdict)
        })
    }
}
