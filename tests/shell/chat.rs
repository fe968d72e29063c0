//! The chat beside a flight: one card whatever happens to answers and processes, clicks answered, and a chat that is down.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
};

use cockpit::{
    domain::{
        Fault, FaultKind, Feed, Intent, Login, Phase, ReleaseKey,
        chat::{Button, CardSeen, ChatMessage, ChatPlace, Click},
        observation::Reviewer,
        policy::{ClickCounts, Policy, SignoffRule, SlackRule},
    },
    ports::{Asked, Chat, ChatHeard, Clicks, Clock},
};
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::{
    air::{Air, seconds},
    aloft::policy,
    refs::Refs,
    world::Answer,
};

/// What becomes of the next post.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fate {
    /// It stands there, and the answer is lost.
    DoneButLost,
    /// It never arrived, and nobody can tell.
    Lost,
    /// Nothing can be posted there.
    Refused(&'static str, bool),
    /// The app may not post there.
    Forbidden,
}

/// A chat in memory.
#[derive(Default)]
pub(crate) struct Talk {
    said: Mutex<Said>,
    ears: Mutex<Vec<mpsc::Sender<ChatHeard>>>,
}

#[derive(Default)]
pub(crate) struct Said {
    pub(crate) posts: Vec<(String, ChatMessage)>,
    pub(crate) updates: Vec<ChatMessage>,
    pub(crate) whispers: Vec<(String, String)>,
    pub(crate) windows: Vec<Value>,
    /// Clicks that need not be brought again.
    pub(crate) answered: Vec<String>,
    pub(crate) fates: VecDeque<Fate>,
    /// Timestamps of what was deleted.
    pub(crate) deleted: Vec<String>,
    /// Whatever is to be updated was deleted.
    pub(crate) is_swept: bool,
    pub(crate) is_blind: bool,
    pub(crate) is_down: bool,
    /// So many whispers meet a failure first.
    pub(crate) deaf_for: usize,
    /// No window opens.
    pub(crate) is_shut: bool,
}

impl Talk {
    pub(crate) fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap()
    }

    fn cards(&self) -> usize {
        let said = self.said();
        said.posts
            .iter()
            .filter(|(_, post)| post.thread.is_none() && post.channel == "C0A")
            .count()
    }

    fn words(&self, part: &str) -> usize {
        let said = self.said();
        said.posts
            .iter()
            .filter(|(_, post)| post.text.contains(part))
            .count()
    }

    async fn click(&self, click: Click) {
        self.tell(ChatHeard::Click(Box::new(click))).await;
    }

    async fn tell(&self, heard: ChatHeard) {
        let ears = self.ears.lock().unwrap().clone();
        for ear in ears {
            // Of a crew that is gone nobody listens.
            let _ = ear.send(heard.clone()).await;
        }
    }
}

fn fault(kind: FaultKind, word: &str) -> Fault {
    Fault::new(kind, "Slack", word)
}

impl Chat for Talk {
    fn post<'a>(&'a self, message: &'a ChatMessage) -> Asked<'a, ChatPlace> {
        let mut said = self.said();
        let ts = format!("1.{:06}", said.posts.len());
        let fate = said.fates.pop_front();
        let answer = match fate {
            _ if said.is_down => Err(fault(FaultKind::Offline, "connection refused")),
            Some(Fate::Lost) => Err(fault(FaultKind::Offline, "reset")),
            Some(Fate::Refused(word, for_good)) => {
                let kind = if for_good {
                    FaultKind::Refused
                } else {
                    FaultKind::NotFound
                };
                Err(fault(kind, word))
            }
            Some(Fate::Forbidden) => Err(fault(
                FaultKind::Forbidden,
                "restricted_action_read_only_channel",
            )),
            Some(Fate::DoneButLost) => {
                said.posts.push((ts, message.clone()));
                Err(fault(FaultKind::Offline, "reset"))
            }
            None => {
                said.posts.push((ts.clone(), message.clone()));
                let channel = message.channel.clone();
                Ok(ChatPlace { channel, ts })
            }
        };
        Box::pin(std::future::ready(answer))
    }

    fn update<'a>(&'a self, place: &'a ChatPlace, message: &'a ChatMessage) -> Asked<'a, bool> {
        let mut said = self.said();
        if said.is_swept {
            said.deleted.push(place.ts.clone());
        }
        let stands = !said.deleted.contains(&place.ts);
        if stands {
            said.updates.push(message.clone());
        }
        Box::pin(std::future::ready(Ok(stands)))
    }

    fn find<'a>(
        &'a self,
        message: &'a ChatMessage,
        _since: Timestamp,
    ) -> Asked<'a, Option<ChatPlace>> {
        let said = self.said();
        let found = said
            .posts
            .iter()
            .find(|(ts, post)| post.mark == message.mark && !said.deleted.contains(ts));
        let place = found.map(|(ts, post)| ChatPlace {
            channel: post.channel.clone(),
            ts: ts.clone(),
        });
        let answer = if said.is_blind {
            Err(fault(FaultKind::Forbidden, "missing_scope"))
        } else {
            Ok(place)
        };
        Box::pin(std::future::ready(answer))
    }

    fn whisper<'a>(&'a self, _channel: &'a str, user: &'a str, text: &'a str) -> Asked<'a, ()> {
        let mut said = self.said();
        if said.deaf_for > 0 {
            said.deaf_for -= 1;
            let failed = Err(fault(FaultKind::Server, "internal_error"));
            return Box::pin(std::future::ready(failed));
        }
        said.whispers.push((user.to_owned(), text.to_owned()));
        Box::pin(std::future::ready(Ok(())))
    }

    fn open<'a>(&'a self, _trigger: &'a str, window: &'a Value) -> Asked<'a, ()> {
        let mut said = self.said();
        if said.is_shut {
            let failed = Err(fault(FaultKind::Conflict, "expired_trigger_id"));
            return Box::pin(std::future::ready(failed));
        }
        said.windows.push(window.clone());
        Box::pin(std::future::ready(Ok(())))
    }

    fn clicks(&self, _release: &ReleaseKey) -> Box<dyn Clicks> {
        let (ear, heard) = mpsc::channel(16);
        self.ears.lock().unwrap().push(ear);
        Box::new(Ears(heard))
    }

    fn answered<'a>(
        &'a self,
        _release: &'a ReleaseKey,
        click: &'a Click,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        self.said().answered.push(click.id.to_string());
        Box::pin(std::future::ready(()))
    }
}

struct Ears(mpsc::Receiver<ChatHeard>);

impl Clicks for Ears {
    fn next(&mut self) -> Pin<Box<dyn Future<Output = ChatHeard> + Send + '_>> {
        Box::pin(async move {
            match self.0.recv().await {
                Some(heard) => heard,
                None => std::future::pending().await,
            }
        })
    }
}

fn chatty() -> Policy {
    let mut policy = policy();
    let login = |name: &str| Login::parse(name).unwrap();
    policy.approval.signoffs.insert(
        "security".to_owned(),
        SignoffRule {
            quorum: 1,
            people: vec![login("cleo")],
        },
    );
    // Asked for, and no hindrance of `until_ready`.
    let warns = cockpit::domain::policy::GateRule::all(cockpit::domain::policy::Effect::Warn);
    policy.gates.insert("signoffs".to_owned(), warns);
    policy.slack = Some(SlackRule {
        approval: Some("C0A".to_owned()),
        deploys: Some("C0D".to_owned()),
        escalation: Some("C0E".to_owned()),
        approve: ClickCounts::SignOff,
        quorum: 1,
        people: [
            ("U1".to_owned(), login("cleo")),
            ("U2".to_owned(), login("ben")),
        ]
        .into(),
    });
    policy
}

async fn air(prepare: impl FnOnce(&mut Said)) -> (Air, Arc<Talk>) {
    let talk = Arc::new(Talk::default());
    prepare(&mut talk.said());
    let kept = talk.clone();
    let air = Air::by(chatty(), move |world| world.state().chat = Some(kept)).await;
    (air, talk)
}

fn click(air: &Air, user: &str, id: &str, button: Button) -> Click {
    let release = air.release();
    let value = CardSeen::of(&release.key, &release.shown().unwrap()).encode();
    Click {
        id: id.into(),
        user: user.into(),
        channel: "C0A".into(),
        button,
        value,
        trigger: Some("t".to_owned()),
    }
}

#[tokio::test(start_paused = true)]
async fn a_card_whose_answer_was_lost_is_found_and_never_posted_twice() {
    let (mut air, talk) = air(|said| said.fates.push_back(Fate::DoneButLost)).await;
    air.until("the card stands", |release| release.chat.card().is_some())
        .await;
    air.pass(seconds(600)).await;
    assert_eq!(talk.cards(), 1);
    assert_eq!(air.written("chat.message_requested"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_card_that_never_arrived_is_posted_again() {
    let (mut air, talk) = air(|said| said.fates.push_back(Fate::Lost)).await;
    air.until("the card stands", |release| release.chat.card().is_some())
        .await;
    assert_eq!(talk.cards(), 1);
}

#[tokio::test(start_paused = true)]
async fn where_nobody_may_look_a_lost_answer_is_recorded_and_nothing_is_posted_again() {
    let (mut air, talk) = air(|said| {
        said.fates.push_back(Fate::DoneButLost);
        said.is_blind = true;
    })
    .await;
    air.until("it is recorded", |release| {
        release.chat.card_lost().is_some()
    })
    .await;
    air.pass(seconds(3_600)).await;
    assert_eq!(talk.cards(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_card_that_was_deleted_is_posted_again_and_what_is_swept_again_and_again_is_left() {
    let (mut air, talk) = air(|_| {}).await;
    air.until("the card stands", |release| release.chat.card().is_some())
        .await;
    air.pass(seconds(60)).await;
    let ts = air.release().chat.card().unwrap().ts.clone();
    talk.said().deleted.push(ts.clone());
    let before = talk.said().updates.len();
    talk.click(click(&air, "U1", "1.0 U1", Button::Approve))
        .await;
    air.until("another card stands", |release| {
        release.chat.card().is_some_and(|card| card.ts != ts)
    })
    .await;
    air.pass(seconds(600)).await;
    assert_eq!(talk.cards(), 2);
    assert_eq!(air.written("chat.card_gone"), 1);
    assert!(
        talk.said().updates.len() > before,
        "the new one is kept as the release is"
    );
    talk.said().is_swept = true;
    let mut air = air.killed_and_resumed();
    air.until("it is left", |release| release.chat.card_lost().is_some())
        .await;
    air.pass(seconds(600)).await;
    assert_eq!(talk.cards(), 4);
    assert_eq!(air.written("chat.card_gone"), 4);
}

#[tokio::test(start_paused = true)]
async fn a_cockpit_that_takes_over_updates_the_same_card() {
    let (mut air, talk) = air(|_| {}).await;
    air.until("the card stands", |release| release.chat.card().is_some())
        .await;
    let mut air = air.killed_and_resumed();
    let before = talk.said().updates.len();
    air.pass(seconds(60)).await;
    assert_eq!(talk.cards(), 1);
    assert!(
        talk.said().updates.len() > before,
        "the card is as the release is"
    );
    assert_eq!(air.written("chat.message_requested"), 1);
}

#[tokio::test(start_paused = true)]
async fn who_only_watches_another_machine_s_release_posts_no_second_card() {
    let (ana, talk) = air(|_| {}).await;
    let time: Arc<dyn Clock> = ana.clock.clone();
    let refs = Refs::new(time);
    let mut ana = ana.on_machine(refs.machine("ana"));
    ana.until("the card stands", |release| {
        release.chat.card().is_some() && release.record.seating.is_shared()
    })
    .await;
    let mut ben = ana.beside(refs.machine("ben"));
    ben.until("ben watches", |release| !release.record.seating.is_here())
        .await;
    ben.pass(seconds(600)).await;
    assert_eq!(talk.cards(), 1);
    // Who takes the seat speaks from then on, on the card that stands there.
    ben.submit(Intent::TakeSeat).unwrap();
    ben.until("it is ben's card", |release| release.chat.card().is_some())
        .await;
    assert_eq!(ben.release().chat.card(), ana.release().chat.card());
    assert_eq!(talk.cards(), 1);
}

#[tokio::test(start_paused = true)]
async fn where_nobody_may_look_whether_another_machine_posted_a_card_it_is_posted() {
    let (mut air, talk) = air(|said| said.is_blind = true).await;
    air.until("the card stands", |release| release.chat.card().is_some())
        .await;
    assert_eq!(talk.cards(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_the_app_is_not_in_is_tried_again_and_holds_nothing_up() {
    let (mut air, talk) = air(|said| {
        said.fates
            .extend([Fate::Refused("not_in_channel", false); 3]);
    })
    .await;
    air.until("the card stands", |release| release.chat.card().is_some())
        .await;
    assert_eq!(talk.cards(), 1);
    let (mut air, talk) = self::air(|said| {
        said.fates.push_back(Fate::Refused("invalid_blocks", true));
    })
    .await;
    air.until("it is given up", |release| {
        release.chat.card_lost().is_some()
    })
    .await;
    air.pass(seconds(600)).await;
    assert_eq!(talk.cards(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_is_down_is_silent_and_hinders_no_release() {
    let (mut air, _) = air(|said| said.is_down = true).await;
    air.until("it is silent", |release| {
        release.record.silent.contains_key(&Feed::Slack)
    })
    .await;
    air.approve().unwrap();
    air.until("production deploys", |release| {
        release.phase() == Phase::Deploying
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn slack_answers_again_once_it_is_heard_and_takes_what_is_posted() {
    let (mut air, talk) = air(|said| {
        said.fates
            .extend([Fate::Refused("not_in_channel", false); 9]);
    })
    .await;
    let is_silent = |air: &Air| air.release().record.silent.contains_key(&Feed::Slack);
    air.until("it is silent", |release| {
        release.record.silent.contains_key(&Feed::Slack)
    })
    .await;
    let lost = || ChatHeard::Lost(fault(FaultKind::Offline, "reset"));
    for heard in [ChatHeard::Open, lost(), ChatHeard::Open] {
        talk.tell(heard).await;
        air.pass(seconds(2)).await;
        assert!(is_silent(&air), "the card is still not posted");
    }
    talk.tell(lost()).await;
    air.until("the card stands", |release| release.chat.card().is_some())
        .await;
    air.pass(seconds(2)).await;
    assert!(is_silent(&air), "nobody hears clicks");
    talk.tell(ChatHeard::Open).await;
    air.pass(seconds(2)).await;
    assert!(!is_silent(&air));
}

#[tokio::test(start_paused = true)]
async fn clicks_sign_once_and_are_answered_to_whoever_clicked() {
    let (mut air, talk) = air(|_| {}).await;
    air.until("the card stands", |release| release.chat.card().is_some())
        .await;
    let good = click(&air, "U1", "9.1 U1", Button::Approve);
    // Twice the same, and a second one at the same moment by somebody else.
    talk.click(good.clone()).await;
    talk.click(good).await;
    talk.click(click(&air, "U9", "9.2 U9", Button::Approve))
        .await;
    talk.click(click(&air, "U2", "9.3 U2", Button::Approve))
        .await;
    air.pass(seconds(30)).await;
    assert_eq!(air.written("approval.signed_off"), 1);
    assert_eq!(air.written("chat.clicked"), 1);
    let whispers = talk.said().whispers.clone();
    let to = |user: &str| whispers.iter().filter(|(whose, _)| whose == user).count();
    assert_eq!((to("U1"), to("U9"), to("U2")), (0, 1, 1), "{whispers:?}");
    assert_eq!(talk.words("cleo: signed for security"), 1);
    let answered = talk.said().answered.clone();
    assert_eq!(
        answered,
        ["9.1 U1", "9.1 U1", "9.2 U9", "9.3 U2"],
        "nobody need bring one again"
    );
    air.journal_is_whole();
}

#[tokio::test(start_paused = true)]
async fn a_rejection_asks_why_and_goes_to_the_run_and_the_thread() {
    let (mut air, talk) = air(|_| {}).await;
    air.until("the card stands", |release| release.chat.card().is_some())
        .await;
    talk.click(click(&air, "U1", "9.1 U1", Button::Reject))
        .await;
    air.pass(seconds(5)).await;
    assert_eq!(talk.said().windows.len(), 1);
    assert_eq!(
        air.written("approval.rejection_requested"),
        0,
        "a reason is asked for first"
    );
    let reason = "the freeze".into();
    talk.click(click(&air, "U1", "V1 U1", Button::Rejected { reason }))
        .await;
    air.pass(seconds(30)).await;
    assert_eq!(
        air.world
            .sent("reject Rejected by cleo in Slack: the freeze"),
        1
    );
    assert_eq!(talk.words("cleo: rejection requested: the freeze"), 1);
    air.until("it is rejected", |release| release.phase().is_end())
        .await;
    air.pass(seconds(30)).await;
    let card = talk.said().updates.last().unwrap().text.clone();
    assert!(card.ends_with("Rejected by cleo: the freeze"), "{card}");
}

#[tokio::test(start_paused = true)]
async fn whoever_clicked_is_told_though_slack_does_not_answer_at_first() {
    let (mut air, talk) = air(|said| said.deaf_for = 2).await;
    air.until("the card stands", |release| release.chat.card().is_some())
        .await;
    talk.click(click(&air, "U9", "9.1 U9", Button::Approve))
        .await;
    // Nobody else waits for that.
    talk.click(click(&air, "U1", "9.2 U1", Button::Approve))
        .await;
    air.pass(seconds(1)).await;
    assert_eq!(talk.said().answered, ["9.2 U1"]);
    air.pass(seconds(30)).await;
    let whispers = talk.said().whispers.clone();
    assert_eq!(whispers.len(), 1, "{whispers:?}");
    assert_eq!(whispers[0].0, "U9");
    assert_eq!(talk.said().answered, ["9.2 U1", "9.1 U9"]);
}

#[tokio::test(start_paused = true)]
async fn a_window_that_does_not_open_is_said_to_whoever_wanted_it() {
    let (mut air, talk) = air(|said| said.is_shut = true).await;
    air.until("the card stands", |release| release.chat.card().is_some())
        .await;
    talk.click(click(&air, "U1", "9.1 U1", Button::Reject))
        .await;
    air.pass(seconds(5)).await;
    let whispers = talk.said().whispers.clone();
    let words = whispers.first().map(|(_, words)| words.as_str());
    assert!(words.is_some_and(|words| words.contains("click Reject once more")));
    assert_eq!(air.written("approval.rejection_requested"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_channel_where_the_app_may_not_post_is_tried_again_after_a_look() {
    // The first answer is lost, so that it is looked for; what did not arrive may not be posted then.
    let (mut air, talk) = air(|said| {
        said.fates
            .extend([Fate::Lost, Fate::Forbidden, Fate::Forbidden]);
    })
    .await;
    air.until("the card stands", |release| release.chat.card().is_some())
        .await;
    assert_eq!(talk.cards(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_click_whose_record_cannot_be_written_does_not_count() {
    let (mut air, talk) = air(|_| {}).await;
    air.until("the card stands", |release| release.chat.card().is_some())
        .await;
    air.disk.fill(true);
    talk.click(click(&air, "U1", "9.1 U1", Button::Approve))
        .await;
    air.pass(seconds(5)).await;
    assert_eq!(talk.said().answered.len(), 1, "whoever clicked was told");
    let whispers = talk.said().whispers.clone();
    assert!(
        whispers
            .iter()
            .any(|(_, words)| words.contains("cannot be written")),
        "{whispers:?}"
    );
}

/// What a quorum approved and GitHub refused is not sent again until somebody clicks again.
#[tokio::test(start_paused = true)]
async fn a_decision_spends_the_clicks_before_it() {
    let talk = Arc::new(Talk::default());
    let mut policy = chatty();
    if let Some(rule) = &mut policy.slack {
        rule.approve = ClickCounts::Promote;
    }
    let kept = talk.clone();
    let mut air = Air::by(policy, move |world| {
        let mut state = world.state();
        state.chat = Some(kept);
        let cleo = Login::parse("cleo").unwrap();
        state.pending[0].reviewers.push(Reviewer::User(cleo));
        state.answers.push_back(Answer::Refused);
    })
    .await;
    air.until("the card stands", |release| release.chat.card().is_some())
        .await;
    air.until_ready().await;
    let approve = |air: &Air| air.release().quorum_approval();
    assert!(approve(&air).is_err());
    for (number, sent) in [("9.1 U1", 1), ("9.2 U1", 2)] {
        talk.click(click(&air, "U1", number, Button::Approve)).await;
        air.until("the quorum is there", |release| {
            release.quorum_approval().is_ok()
        })
        .await;
        air.pass(seconds(5)).await;
        let card = talk.said().updates.last().unwrap().blocks.to_string();
        assert!(card.contains("Clicks on Approve: 1 of 1"), "{card}");
        let confirmed = Box::new(approve(&air).unwrap());
        air.submit(Intent::Approve(confirmed)).unwrap();
        air.pass(seconds(120)).await;
        assert!(approve(&air).is_err(), "the click is spent");
        let words = "approve Approved by cleo in Slack, through the token of ana,";
        assert_eq!(air.world.sent(words), sent);
    }
    assert_eq!(air.release().phase(), Phase::Deploying);
}
