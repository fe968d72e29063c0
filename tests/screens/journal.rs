//! A journal that a test writes: rules, stamps, and the release folded from it.

use cockpit::{
    config::parse_team,
    domain::{
        Actor, Event, Feed, Login, ReleaseKey, Repository, RunId, Seq, Sha, Stamp, Stamped,
        record::RecordEvent, release::Release,
    },
};
use jiff::Timestamp;

/// 2026-10-12T12:02:31Z: 14:02:31 in Berlin.
pub(crate) const NOW: i64 = 1_791_806_551;

pub(crate) const RULES: &str = r#"
service = "storefront"
metrics = [
  { preset = "alb", load_balancer = "app/prod/50dc6c49", target_group = "targetgroup/web/73e2d6bc" },
  { preset = "ecs", cluster = "prod", service = "web" } ]
[github]
workflow = "deploy.yml"
environment = "production"
job = "deploy"
[pipeline]
ci = "build*"
verify = "verify"
explain = "explain"
staging = "deploy-staging"
validation = ["e2e", "k6"]
[evidence]
tests = { artifact = "junit", required = true }
load = { artifact = "k6" }
explain = { artifact = "explain" }
[[aws]]
region = "eu-central-1"
[hypercare]
window = "15m"
gates = ["error_rate < 1%", "latency_p99 < baseline * 1.25"]
triggers = ["error_rate > 2% for 3m", "latency_p99 > 500ms for 3m", 'alarm("5xx-rate-high")']
[rollback]
workflow = "rollback.yml"
inputs = { version = "{version}", id = "{release_id}" }
[approval]
escalate_after = "4h"
[slack]
escalation = "C0LEADS"
"#;

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(NOW + seconds).unwrap()
}

pub(crate) fn sha(first: &str) -> Sha {
    Sha::parse(&format!("{first:0<40}")).unwrap()
}

pub(crate) fn login(name: &str) -> Login {
    Login::parse(name).unwrap()
}

/// A journal being written.
pub(crate) struct Journal {
    pub(crate) release: Release,
    seq: u64,
}

impl Journal {
    pub(crate) fn opened(seconds: i64) -> Self {
        Self::opened_by(seconds, RULES)
    }

    /// By other rules.
    pub(crate) fn opened_by(seconds: i64, rules: &str) -> Self {
        let policy = parse_team(rules.as_bytes(), "cockpit.toml")
            .unwrap_or_else(|error| panic!("{error}"))
            .policy;
        let event = RecordEvent::Opened {
            key: ReleaseKey {
                repository: Repository::parse("github.com", "acme/storefront").unwrap(),
                run: RunId(8123),
            },
            policy: Box::new(policy),
            zone: "Europe/Berlin".into(),
            version: "0.1.0".into(),
        };
        let first = Stamped {
            stamp: stamp(1, seconds, Actor::Cockpit),
            event: event.into(),
        };
        Self {
            release: Release::open(&first).unwrap(),
            seq: 1,
        }
    }

    pub(crate) fn add(&mut self, seconds: i64, actor: Actor, event: impl Into<Event>) -> Seq {
        self.seq += 1;
        self.release.apply(&Stamped {
            stamp: stamp(self.seq, seconds, actor),
            event: event.into(),
        });
        Seq(self.seq)
    }

    pub(crate) fn github(&mut self, seconds: i64, event: impl Into<Event>) -> Seq {
        self.add(seconds, Actor::Feed(Feed::Github), event)
    }

    pub(crate) fn metrics(&mut self, seconds: i64, event: impl Into<Event>) -> Seq {
        self.add(seconds, Actor::Feed(Feed::Metrics), event)
    }
}

fn stamp(seq: u64, seconds: i64, actor: Actor) -> Stamp {
    Stamp {
        seq: Seq(seq),
        at: at(seconds),
        occurred: None,
        actor,
    }
}
