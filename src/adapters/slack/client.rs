//! The port over the Web API and the hub of clicks.

use std::{future::Future, pin::Pin, sync::Arc};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{ears::Ears, hub::Hub, keeping::Keeping, settings::Settings, web::Web};
use crate::{
    domain::{
        Fault, FaultKind, ReleaseKey, Text,
        chat::{ChatMessage, ChatPlace, Click},
    },
    ports::{Asked, Chat, ChatHeard, ClickBox, Clicks, Clock},
};

/// What our messages' metadata is called.
const EVENT_TYPE: &str = "cockpit_message";
/// Clocks differ: a message may seem older than its request by this much, in seconds.
const SKEW: i64 = 120;
/// Pages that are looked through for a message.
const PAGES: usize = 5;

/// Slack.
#[derive(Debug)]
pub struct Slack {
    web: Arc<Web>,
    hub: Arc<Hub>,
}

/// Whose token the bot's is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The workspace.
    pub team: Text,
    /// The bot's name.
    pub user: Text,
}

#[derive(Deserialize)]
struct Posted {
    channel: String,
    ts: String,
}

#[derive(Deserialize)]
struct Nothing {}

#[derive(Deserialize)]
struct Tested {
    #[serde(default)]
    team: String,
    #[serde(default)]
    user: String,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    messages: Vec<Found>,
    #[serde(default)]
    response_metadata: Option<Cursor>,
}

#[derive(Deserialize)]
struct Cursor {
    #[serde(default)]
    next_cursor: String,
}

#[derive(Deserialize)]
struct Found {
    ts: String,
    #[serde(default)]
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    event_type: String,
    #[serde(default)]
    event_payload: Value,
}

impl Slack {
    /// Checks the settings; opens nothing.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        let web = Arc::new(Web::new(settings, clock)?);
        Ok(Self {
            hub: Arc::new(Hub::new(Arc::clone(&web), Keeping::default())),
            web,
        })
    }

    /// The same, keeping clicks in `place` until they are answered for.
    #[must_use]
    pub fn keeping(self, place: Arc<dyn ClickBox>) -> Self {
        let hub = Hub::new(Arc::clone(&self.web), Keeping::new(place));
        Self {
            hub: Arc::new(hub),
            web: self.web,
        }
    }

    /// Whose token the bot's is: for `doctor`.
    pub async fn account(&self) -> Result<Account, Fault> {
        let tested: Tested = self
            .web
            .call("auth.test", &json!({}), "Slack: the bot's token")
            .await?;
        Ok(Account {
            team: Text::line(&tested.team),
            user: Text::line(&tested.user),
        })
    }

    /// Whether the bot knows a channel: for `doctor`. It wants `channels:read`.
    pub async fn channel(&self, id: &str) -> Result<Text, Fault> {
        #[derive(Deserialize)]
        struct Info {
            channel: Channel,
        }
        #[derive(Deserialize)]
        struct Channel {
            #[serde(default)]
            name: String,
            #[serde(default)]
            is_member: bool,
            #[serde(default)]
            is_archived: bool,
        }
        let what = format!("Slack: channel {id}");
        let info: Info = self
            .web
            .ask("conversations.info", &[("channel", id)], &what)
            .await?;
        let wrong = |why: &str| Err(Fault::new(FaultKind::NotFound, what.as_str(), why));
        if info.channel.is_archived {
            return wrong("it is archived");
        }
        if !info.channel.is_member {
            return wrong("the app is not in it: /invite it there");
        }
        Ok(Text::line(&info.channel.name))
    }

    /// Whether a socket for clicks would open: for `doctor`. None is kept.
    pub async fn socket(&self) -> Result<(), Fault> {
        let what = "Slack: the app's token";
        self.web
            .call_as_app::<Nothing>("apps.connections.open", what)
            .await
            .map(|_| ())
    }

    async fn wait_for(&self, channel: &str) {
        let clock = &self.web.clock;
        let slot = self.web.pace.slot(channel, clock.now());
        if slot > clock.now() {
            clock.sleep_until(slot).await;
        }
    }

    async fn look(
        &self,
        message: &ChatMessage,
        since: Timestamp,
    ) -> Result<Option<ChatPlace>, Fault> {
        let what = "Slack: looking for a message";
        let oldest = since.as_second().saturating_sub(SKEW).to_string();
        let mut cursor = String::new();
        for _ in 0..PAGES {
            let mut query = vec![
                ("channel", message.channel.as_str()),
                ("oldest", oldest.as_str()),
                ("limit", "200"),
                ("include_all_metadata", "true"),
            ];
            if !cursor.is_empty() {
                query.push(("cursor", cursor.as_str()));
            }
            let method = match &message.thread {
                Some(thread) => {
                    query.push(("ts", thread.as_str()));
                    "conversations.replies"
                }
                None => "conversations.history",
            };
            let page: Page = self.web.ask(method, &query, what).await?;
            let ours = |found: &&Found| {
                found.metadata.as_ref().is_some_and(|metadata| {
                    metadata.event_type == EVENT_TYPE
                        && metadata.event_payload["mark"] == message.mark.as_str()
                })
            };
            if let Some(found) = page.messages.iter().find(ours) {
                return Ok(Some(ChatPlace {
                    channel: message.channel.clone(),
                    ts: found.ts.clone(),
                }));
            }
            cursor = page
                .response_metadata
                .map_or_else(String::new, |meta| meta.next_cursor);
            if cursor.is_empty() {
                return Ok(None);
            }
        }
        let detail = "too many messages since: whether it is among them is not known";
        Err(Fault::new(FaultKind::TooLarge, what, detail))
    }
}

/// A message as both methods take it.
fn payload(message: &ChatMessage) -> Value {
    json!({
        "channel": message.channel,
        "text": message.text,
        "blocks": message.blocks,
        "parse": "none",
        "link_names": false,
    })
}

/// Whether Slack knows the channel, and nothing at that place in it.
fn is_gone(fault: &Fault) -> bool {
    fault.kind == FaultKind::NotFound && fault.detail.as_str() == "message_not_found"
}

impl Chat for Slack {
    fn post<'a>(&'a self, message: &'a ChatMessage) -> Asked<'a, ChatPlace> {
        Box::pin(async move {
            self.wait_for(&message.channel).await;
            let mut body = payload(message);
            body["unfurl_links"] = json!(false);
            body["unfurl_media"] = json!(false);
            body["metadata"] = json!({
                "event_type": EVENT_TYPE,
                "event_payload": { "mark": message.mark },
            });
            if let Some(thread) = &message.thread {
                body["thread_ts"] = json!(thread);
            }
            let what = format!("Slack: a message to {}", message.channel);
            let posted: Posted = self.web.call("chat.postMessage", &body, &what).await?;
            Ok(ChatPlace {
                channel: posted.channel,
                ts: posted.ts,
            })
        })
    }

    fn update<'a>(&'a self, place: &'a ChatPlace, message: &'a ChatMessage) -> Asked<'a, bool> {
        Box::pin(async move {
            self.wait_for(&place.channel).await;
            let mut body = payload(message);
            body["channel"] = json!(place.channel);
            body["ts"] = json!(place.ts);
            let what = format!("Slack: the card in {}", place.channel);
            match self.web.call::<Nothing>("chat.update", &body, &what).await {
                Ok(_) => Ok(true),
                // A person deleted it, or the workspace keeps messages for a while only.
                Err(fault) if is_gone(&fault) => Ok(false),
                Err(fault) => Err(fault),
            }
        })
    }

    fn find<'a>(
        &'a self,
        message: &'a ChatMessage,
        since: Timestamp,
    ) -> Asked<'a, Option<ChatPlace>> {
        Box::pin(self.look(message, since))
    }

    fn whisper<'a>(&'a self, channel: &'a str, user: &'a str, text: &'a str) -> Asked<'a, ()> {
        Box::pin(async move {
            let body = json!({ "channel": channel, "user": user, "text": text, "parse": "none" });
            let what = "Slack: an answer to a click";
            self.web
                .call::<Nothing>("chat.postEphemeral", &body, what)
                .await
                .map(|_| ())
        })
    }

    fn open<'a>(&'a self, trigger: &'a str, window: &'a Value) -> Asked<'a, ()> {
        Box::pin(async move {
            let body = json!({ "trigger_id": trigger, "view": window });
            let what = "Slack: the window for a reason";
            self.web
                .call::<Nothing>("views.open", &body, what)
                .await
                .map(|_| ())
        })
    }

    fn clicks(&self, release: &ReleaseKey) -> Box<dyn Clicks> {
        Box::new(Heard {
            left: None,
            release: release.clone(),
            ears: Arc::clone(&self.hub.ears),
            line: self.hub.listen(release),
        })
    }

    fn answered<'a>(
        &'a self,
        release: &'a ReleaseKey,
        click: &'a Click,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(self.hub.ears.answered(release, click))
    }
}

/// The clicks of one release.
struct Heard {
    /// What an earlier process left, once that was read; the newest first.
    left: Option<Vec<Click>>,
    release: ReleaseKey,
    ears: Arc<Ears>,
    line: mpsc::Receiver<ChatHeard>,
}

impl Clicks for Heard {
    fn next(&mut self) -> Pin<Box<dyn Future<Output = ChatHeard> + Send + '_>> {
        Box::pin(async move {
            if self.left.is_none() {
                let mut left = self.ears.left(&self.release).await;
                left.reverse();
                self.left = Some(left);
            }
            if let Some(click) = self.left.as_mut().and_then(Vec::pop) {
                return ChatHeard::Click(Box::new(click));
            }
            match self.line.recv().await {
                Some(heard) => heard,
                // The hub is gone, which happens only on the way out.
                None => std::future::pending().await,
            }
        })
    }
}
