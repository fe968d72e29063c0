//! People, the addresses that everything else hangs on, and times.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::simulator::repository::{NAME, OWNER, PEOPLE};

/// Where this server is, for the many addresses in every answer.
#[derive(Debug, Clone)]
pub(in crate::simulator) struct Links {
    /// `http://127.0.0.1:4711`: pages for people.
    pub(in crate::simulator) web: String,
    /// The REST base, `.../api/v3`.
    pub(in crate::simulator) api: String,
}

impl Links {
    pub(in crate::simulator) fn new(base: &str) -> Self {
        Self {
            web: base.to_owned(),
            api: format!("{base}/api/v3"),
        }
    }

    /// An address below the repository's in the API.
    pub(in crate::simulator) fn repo(&self, rest: &str) -> String {
        format!("{}/repos/{OWNER}/{NAME}{rest}", self.api)
    }

    /// A page of the repository.
    pub(in crate::simulator) fn page(&self, rest: &str) -> String {
        format!("{}/{OWNER}/{NAME}{rest}", self.web)
    }
}

/// A time as GitHub writes it: UTC, whole seconds.
pub(in crate::simulator) fn stamp(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second())
        .unwrap_or(at)
        .to_string()
}

/// The id of a person: stable, and another for each name.
fn number(login: &str) -> u64 {
    let place = PEOPLE.iter().position(|known| *known == login);
    1_001 + u64::try_from(place.unwrap_or(PEOPLE.len())).unwrap_or(0)
}

/// `simple-user`.
pub(in crate::simulator) fn person(login: &str, links: &Links) -> Value {
    account(login, "User", number(login), links)
}

/// The organisation that owns the repository.
pub(in crate::simulator) fn organisation(links: &Links) -> Value {
    account(OWNER, "Organization", 900, links)
}

fn account(login: &str, kind: &str, id: u64, links: &Links) -> Value {
    let at = format!("{}/users/{login}", links.api);
    json!({
        "login": login,
        "id": id,
        "node_id": format!("U_{id}"),
        "avatar_url": format!("{}/avatars/{login}.png", links.web),
        "gravatar_id": "",
        "url": at,
        "html_url": format!("{}/{login}", links.web),
        "followers_url": format!("{at}/followers"),
        "following_url": format!("{at}/following{{/other_user}}"),
        "gists_url": format!("{at}/gists{{/gist_id}}"),
        "starred_url": format!("{at}/starred{{/owner}}{{/repo}}"),
        "subscriptions_url": format!("{at}/subscriptions"),
        "organizations_url": format!("{at}/orgs"),
        "repos_url": format!("{at}/repos"),
        "events_url": format!("{at}/events{{/privacy}}"),
        "received_events_url": format!("{at}/received_events"),
        "type": kind,
        "site_admin": false,
    })
}

/// `private-user`: what `GET /user` says of the token's owner.
pub(in crate::simulator) fn viewer(login: &str, links: &Links) -> Value {
    let mut user = person(login, links);
    let more = json!({
        "name": login, "company": "@acme", "blog": "", "location": null, "email": format!("{login}@acme.example"),
        "hireable": null, "bio": null, "twitter_username": null,
        "public_repos": 3, "public_gists": 0, "followers": 12, "following": 9,
        "created_at": "2019-03-04T10:11:12Z", "updated_at": "2026-10-01T08:00:00Z",
        "private_gists": 0, "total_private_repos": 4, "owned_private_repos": 1,
        "disk_usage": 2048, "collaborators": 0, "two_factor_authentication": true,
    });
    merge(&mut user, more);
    user
}

/// Adds the fields of `more`, which win.
pub(in crate::simulator) fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}
