//! Clicks in the chat: who it was, whether they saw what stands there now, and what it counts as.
//!
//! A click never does more than the person could alone: it signs for roles that are theirs, or it is one voice of a quorum
//! of people whom GitHub would let approve. Nobody says yes to a change of their own.

use super::{reject::reject, reviewers::names, signoffs};
use crate::domain::{
    Command, Deed, Event, Intent, Login, Refusal, Text,
    approval::{ApprovalEvent, ConfirmedApproval, NotAgreed, Shown},
    chat::{Button, CardSeen, ChatEvent, Click, ClickWord, Vote},
    policy::{ClickCounts, GateKind, SlackRule},
    release::Release,
};

impl Release {
    /// The command that a click is, in the name of whoever it was.
    pub fn clicked(&self, click: Click) -> Result<Command, Refusal> {
        let rule = self.slack()?;
        let actor = rule.person(click.user.as_str()).cloned();
        let actor = actor.ok_or_else(|| Refusal::Stranger {
            user: click.user.clone(),
        })?;
        let intent = Intent::Click(Box::new(click));
        Ok(Command { actor, intent })
    }

    /// Whether a click on Reject may go on to its reason.
    pub fn may_reject(&self, click: &Click) -> Result<(), Refusal> {
        let command = self.clicked(click.clone())?;
        self.saw(click)?;
        self.says_no(&command.actor)
    }

    fn slack(&self) -> Result<&SlackRule, Refusal> {
        let rule = self.policy.slack.as_ref();
        rule.ok_or_else(|| Refusal::Impossible("the rules name no Slack".into()))
    }

    /// What the card showed that was clicked, where it is what stands there now.
    fn saw(&self, click: &Click) -> Result<(CardSeen, Shown), Refusal> {
        let rule = self.slack()?;
        if rule.approval.as_deref() != Some(click.channel.as_str()) {
            return Err(Refusal::Impossible(
                "clicks count in the approval channel alone".into(),
            ));
        }
        let seen = CardSeen::parse(&click.value)
            .map_err(|forged| Refusal::Impossible(Text::line(&forged.to_string())))?;
        if *seen.release() != self.key {
            return Err(Refusal::Impossible("it is another release's card".into()));
        }
        if self.approval.in_flight().is_some() {
            return Err(Refusal::InFlight("a decision".into()));
        }
        let Some(shown) = self.shown() else {
            return Err(Refusal::WrongPhase {
                phase: Text::line(self.phase().word()),
            });
        };
        let changes = seen.changes(&self.key, &shown);
        if changes.is_empty() {
            Ok((seen, shown))
        } else {
            Err(Refusal::Changed(changes))
        }
    }

    /// Whether `who` may stop the release by a click: whoever holds a role of the rules, or reviews for GitHub.
    fn says_no(&self, who: &Login) -> Result<(), Refusal> {
        let approval = &self.policy.approval;
        let mut holders = approval.people.iter();
        let holds = holders.any(|(login, roles)| login.is(who) && !roles.is_empty());
        let mut named = approval.signoffs.values().flat_map(|rule| &rule.people);
        if holds || named.any(|login| login.is(who)) || self.reviews(who) {
            return Ok(());
        }
        Err(Refusal::NotAllowed {
            who: Text::line(who.as_str()),
            why: "they hold no role in cockpit.toml and review nothing that holds this run".into(),
        })
    }

    /// Whether GitHub names `who` among those who may let go what waits.
    fn reviews(&self, who: &Login) -> bool {
        self.holds_of_stage()
            .any(|hold| names(hold).any(|login| login.is(who)))
    }

    /// Whether `who` could approve what waits alone, by a token of their own; else why not.
    fn approves(&self, who: &Login) -> Result<(), Text> {
        self.is_nobodys_own(who)?;
        if self.policy.target.gate == GateKind::Dispatch {
            let mut people = self.policy.approval.people.iter();
            let holds = people.any(|(login, roles)| login.is(who) && !roles.is_empty());
            return if holds {
                Ok(())
            } else {
                Err("they hold no role in cockpit.toml".into())
            };
        }
        let protection = self.rollout.protection.as_ref();
        let self_review = protection.is_none_or(|rules| rules.prevent_self_review);
        let started = self.rollout.run.as_ref().and_then(|run| run.by.as_ref());
        if self_review && started.is_some_and(|by| by.is(who)) {
            return Err("who triggered the run may not review it".into());
        }
        if self.holds_of_stage().next().is_none() {
            return Err("nothing waits for a review".into());
        }
        if self
            .holds_of_stage()
            .all(|hold| names(hold).any(|login| login.is(who)))
        {
            return Ok(());
        }
        Err("GitHub does not name them among the reviewers; who is in a team is not told".into())
    }

    /// The votes that count for what waits now: of people who saw just that, and could approve it alone. A decision spends
    /// those that were given before it: where it failed, people click again, and nothing is sent again by itself.
    pub fn votes(&self) -> Vec<&Vote> {
        let Some(shown) = self.shown() else {
            return Vec::new();
        };
        let spent = self.approval.request.as_ref().map(|request| request.at);
        let all = self.chat.votes().iter();
        all.filter(|vote| spent.is_none_or(|at| vote.at() > at))
            .filter(|vote| vote.seen().changes(&self.key, &shown).is_empty())
            .filter(|vote| self.approves(vote.by()).is_ok())
            .collect()
    }

    /// The approval that clicks have given, where the rules let them; `Err`: why there is none, for a line of a log. It
    /// goes through [`Intent::Approve`] like a typed one, in the name of whose token it is.
    pub fn quorum_approval(&self) -> Result<ConfirmedApproval, NotAgreed> {
        let rule = self.policy.slack.as_ref();
        let rule = rule.filter(|rule| rule.approve == ClickCounts::Promote);
        let rule = rule.ok_or(NotAgreed::Unnamed)?;
        if self.chat.votes().is_empty() {
            let want = usize::try_from(rule.quorum).unwrap_or(usize::MAX);
            return Err(NotAgreed::TooFew { have: 0, want });
        }
        let shown = self.shown().ok_or(NotAgreed::Unnamed)?;
        ConfirmedApproval::by_quorum(&self.key, shown, &self.votes(), rule.quorum)
    }
}

/// What a click makes happen. The same click once more is nothing.
pub(super) fn decide(
    release: &Release,
    actor: &Login,
    click: &Click,
) -> Result<Vec<Event>, Refusal> {
    if release.chat.knows_click(&click.id) {
        return Ok(Vec::new());
    }
    let known = release.slack()?.person(click.user.as_str());
    if known.is_none_or(|known| !known.is(actor)) {
        return Err(Refusal::Stranger {
            user: click.user.clone(),
        });
    }
    let (seen, _) = release.saw(click)?;
    let clicked = |word, votes| -> Event {
        ChatEvent::Clicked {
            id: click.id.clone(),
            user: click.user.clone(),
            word,
            seen: seen.clone(),
            votes,
        }
        .into()
    };
    match &click.button {
        Button::Approve => {
            let (signed, votes) = yes(release, actor)?;
            let mut events = vec![clicked(ClickWord::Approve, votes)];
            events.extend(signed);
            Ok(events)
        }
        Button::Reject => {
            release.says_no(actor)?;
            Err(Refusal::NeedsReason(vec![
                "it goes to the run and the record".into(),
            ]))
        }
        Button::Rejected { reason } => {
            release.says_no(actor)?;
            let mut events = vec![clicked(ClickWord::Reject, false)];
            let rejected = reject(release, reason)?;
            events.extend(
                rejected
                    .into_iter()
                    .map(|event| in_the_name_of(actor, event)),
            );
            Ok(events)
        }
    }
}

/// GitHub shows the token's owner beside a review: its comment says whose word it is.
fn in_the_name_of(actor: &Login, event: Event) -> Event {
    let Event::Approval(ApprovalEvent::RejectionRequested { reason, deed }) = event else {
        return event;
    };
    let deed = deed.map(|deed| match deed {
        Deed::Review {
            run,
            environments,
            approve,
            comment,
            marker,
        } => Deed::Review {
            run,
            environments,
            approve,
            comment: Text::block(&format!("Rejected by {actor} in Slack: {comment}")),
            marker,
        },
        other => other,
    });
    ApprovalEvent::RejectionRequested { reason, deed }.into()
}

/// The sign-offs that a yes gives, and whether it is a voice of the quorum.
fn yes(release: &Release, actor: &Login) -> Result<(Vec<Event>, bool), Refusal> {
    let roles: Vec<String> = release.roles().map(str::to_owned).collect();
    let mut signed = Vec::new();
    let mut refusals = Vec::new();
    for role in roles {
        match signoffs::sign_off(release, actor, &role, Some(&"clicked in Slack".into())) {
            Ok(events) => signed.extend(events),
            Err(refusal) => refusals.push((role, refusal)),
        }
    }
    let promotes = release
        .policy
        .slack
        .as_ref()
        .is_some_and(|rule| rule.approve == ClickCounts::Promote);
    let voted = release.votes().iter().any(|vote| vote.by().is(actor));
    let may = release.approves(actor);
    if promotes && may.is_ok() && !voted {
        return Ok((signed, true));
    }
    if !signed.is_empty() {
        return Ok((signed, false));
    }
    let who = || Text::line(actor.as_str());
    if promotes && voted {
        return Err(Refusal::NotAllowed {
            who: who(),
            why: "their click counts already".into(),
        });
    }
    if let (true, Err(why)) = (promotes, may) {
        return Err(Refusal::NotAllowed { who: who(), why });
    }
    // The reason that is about the person tells more than that a role is another's.
    let own = |refusal: &Refusal| !matches!(refusal, Refusal::NotYours { why, .. } if why.as_str().ends_with(" can"));
    let told = refusals.iter().position(|(_, refusal)| own(refusal));
    if refusals.is_empty() {
        return Err(Refusal::Impossible(
            "the rules ask for no sign-off: who drives the release approves it at a cockpit".into(),
        ));
    }
    Err(refusals.swap_remove(told.unwrap_or(0)).1)
}
