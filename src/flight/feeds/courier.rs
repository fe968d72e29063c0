//! The courier: brings what was asked for to the chat, each message once, and keeps the card as the release is.
//!
//! A message whose answer was lost, or that an earlier process asked for, is looked up before it is sent: nothing stands there
//! twice. Where the chat cannot be looked through that is recorded, and it is not sent again. The card is brought up to date
//! as often as it likes: twice the same is once. One that another machine posted for the release is taken over, one that was
//! deleted is said to be gone, and asked for again.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::pulse::{Gone, Pulse};
use crate::{
    domain::{
        Fault, FaultKind, Reached, Seq, Text,
        chat::{ChatFate, ChatMessage, ChatPlace},
        later,
        observation::Observation,
    },
    flight::{
        chat_need::{ChatNeeds, ChatPost},
        needs::Needs,
    },
    ports::Chat,
};

/// While nothing is to be told.
const IDLE: SignedDuration = SignedDuration::from_mins(10);
/// Between two looks for a message whose fate is unknown.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// How far a message is.
#[derive(Debug, Default)]
struct Try {
    /// Not before this.
    after: Option<Timestamp>,
    /// Sent perhaps: it is looked for first.
    looks: bool,
    is_done: bool,
}

pub(super) async fn follow(
    mut pulse: Pulse,
    chat: Arc<dyn Chat>,
    resumed: Seq,
) -> Result<(), Gone> {
    let mut tries: BTreeMap<Seq, Try> = BTreeMap::new();
    let mut shown: Option<ChatMessage> = None;
    let mut card_after: Option<Timestamp> = None;
    let mut gone: Option<ChatPlace> = None;
    loop {
        let Some(needs) = pulse.needs().chat else {
            pulse
                .rest(later(pulse.now(), IDLE), |now| now.chat.is_some())
                .await?;
            continue;
        };
        let now = pulse.now();
        tries.retain(|act, _| needs.posts.iter().any(|post| post.act == *act));
        for post in &needs.posts {
            tries.entry(post.act).or_insert_with(|| Try {
                looks: post.act <= resumed,
                ..Try::default()
            });
        }
        if let Some(post) = due(&needs, &tries, now) {
            bring(&mut pulse, &chat, post, &mut tries).await?;
            continue;
        }
        let wants_card = needs
            .card
            .as_ref()
            .filter(|(place, card)| shown.as_ref() != Some(card) && gone.as_ref() != Some(place));
        if let Some((place, card)) = wants_card
            && card_after.is_none_or(|after| after <= now)
        {
            match chat.update(place, card).await {
                Ok(stands) => {
                    card_after = None;
                    if stands {
                        shown = Some(card.clone());
                    } else {
                        (shown, gone) = (None, Some(place.clone()));
                        pulse.see(Observation::CardGone(place.clone())).await?;
                    }
                    pulse.good(IDLE).await?;
                }
                Err(fault) => card_after = Some(pulse.bad(fault).await?),
            }
            continue;
        }
        let open = tries.values().filter(|one| !one.is_done);
        let next = open
            .filter_map(|one| one.after)
            .chain(card_after.filter(|_| wants_card.is_some()));
        let next = next.min().unwrap_or_else(|| later(now, IDLE));
        let known = needs;
        pulse
            .rest(next, |now: &Needs| now.chat.as_ref() != Some(&known))
            .await?;
    }
}

/// The oldest message whose time has come.
fn due<'a>(
    needs: &'a ChatNeeds,
    tries: &BTreeMap<Seq, Try>,
    now: Timestamp,
) -> Option<&'a ChatPost> {
    needs.posts.iter().find(|post| {
        tries
            .get(&post.act)
            .is_some_and(|one| !one.is_done && one.after.is_none_or(|after| after <= now))
    })
}

/// One try with one message.
async fn bring(
    pulse: &mut Pulse,
    chat: &Arc<dyn Chat>,
    post: &ChatPost,
    tries: &mut BTreeMap<Seq, Try>,
) -> Result<(), Gone> {
    let looks = tries.get(&post.act).is_some_and(|one| one.looks);
    let (fate, fault) = match send(pulse, chat, post, looks).await {
        Ok(fate) => (Some(fate), None),
        Err(fault) => (fate_of(&fault, looks), Some(fault)),
    };
    let one = tries.entry(post.act).or_default();
    if let Some(fate) = fate {
        one.is_done = true;
        let act = post.act;
        pulse.see(Observation::Messaged { act, fate }).await?;
    }
    match fault {
        None => pulse.good(IDLE).await,
        Some(fault) => {
            one.looks |= fault.reached == Reached::Maybe;
            one.after = Some(pulse.bad(fault).await?);
            if one.is_done {
                pulse.settled();
            }
            Ok(())
        }
    }
}

/// What a fault means for ever; `None`: it is tried again.
fn fate_of(fault: &Fault, looked: bool) -> Option<ChatFate> {
    match fault.kind {
        // The message itself is wrong: it will be however often it is sent.
        FaultKind::Refused => Some(ChatFate::Refused(fault.clone())),
        // It may stand there, and nobody may look.
        FaultKind::Forbidden | FaultKind::TooLarge if looked && fault.reached == Reached::Maybe => {
            let why = format!(
                "it may have been sent, and cannot be looked for: {}",
                fault.detail
            );
            Some(ChatFate::Unknown(Text::line(&why)))
        }
        _ => None,
    }
}

async fn send(
    pulse: &Pulse,
    chat: &Arc<dyn Chat>,
    post: &ChatPost,
    looks: bool,
) -> Result<ChatFate, Fault> {
    let Some(message) = &post.message else {
        let detail = "what it is about is too old, or its channel is named no more";
        return Ok(ChatFate::Refused(Fault::new(
            FaultKind::Local,
            "a message",
            detail,
        )));
    };
    if let Some(place) = &post.replaces {
        if chat.update(place, message).await? {
            return Ok(ChatFate::Sent(place.clone()));
        }
        let fault = Fault::new(FaultKind::NotFound, "the card", "it was deleted");
        return Ok(ChatFate::Refused(fault));
    }
    if looks {
        for look in 0..2 {
            if look > 0 {
                let clock = &pulse.outside.clock;
                clock.sleep_until(later(clock.now(), LOOK_AGAIN)).await;
            }
            let found = chat.find(message, post.at).await;
            // Whether it stands there is as unknown as before, however well the question was answered.
            if let Some(place) = found.map_err(|fault| fault.reaching(Reached::Maybe))? {
                return Ok(ChatFate::Sent(place));
            }
        }
    }
    if let Some(since) = post.adopts.filter(|_| !looks) {
        // Where it cannot be looked for, two cards are better than none.
        if let Ok(Some(place)) = chat.find(message, since).await {
            return Ok(ChatFate::Sent(place));
        }
    }
    chat.post(message).await.map(ChatFate::Sent)
}
