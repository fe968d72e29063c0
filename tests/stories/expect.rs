//! What is expected of a step against what happened, and every way to falsify the expectation.

use std::collections::BTreeMap;

use cockpit::domain::{Deed, Refusal, Stamped};
use serde::Deserialize;
use serde_json::Value;

use crate::drive::Drive;

/// What is expected; what is left out is not looked at.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Expect {
    /// Events in order: a kind, or a table with `kind` and fields (`~words` asks for a part of a text) or `times`.
    pub(crate) events: Option<Vec<toml::Value>>,
    /// The phase.
    pub(crate) phase: Option<String>,
    /// The outcome.
    pub(crate) outcome: Option<String>,
    /// Gates by name.
    pub(crate) gates: Option<BTreeMap<String, String>>,
    /// The refusal.
    pub(crate) refused: Option<String>,
    /// Acts in the outbox.
    pub(crate) outbox: Option<Vec<String>>,
}

/// What happened in a step.
#[derive(Debug, Clone)]
pub(crate) struct Actual {
    /// Kind and payload of each event.
    pub(crate) events: Vec<(String, Value)>,
    /// The phase.
    pub(crate) phase: String,
    /// The outcome.
    pub(crate) outcome: String,
    /// Gates by name.
    pub(crate) gates: BTreeMap<String, String>,
    /// The refusal, and its words.
    pub(crate) refused: Option<(String, String)>,
    /// Acts in the outbox.
    pub(crate) outbox: Vec<String>,
}

/// The name of an externally tagged value: of a variant, and of the one inside it (`ended.complete`).
fn tag(value: &Value) -> String {
    match value {
        Value::String(word) => word.clone(),
        Value::Object(map) => {
            let (name, inner) = map.iter().next().unwrap();
            match inner {
                Value::String(word) if name == "ended" => format!("{name}.{word}"),
                Value::Object(_) if name == "ended" => format!("{name}.{}", tag(inner)),
                _ => name.clone(),
            }
        }
        other => panic!("{other} has no tag"),
    }
}

fn json(value: impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

impl Actual {
    /// What the journal holds from `begun` on, and how the release stands.
    pub(crate) fn of(drive: &Drive, begun: usize, refused: Option<Refusal>) -> Self {
        let release = &drive.release;
        let event = |stamped: &Stamped| {
            let (kind, payload) = stamped.event.encode().unwrap();
            let payload: Value = serde_json::from_str(payload.get()).unwrap();
            let inner = payload.as_object().and_then(|map| map.values().next());
            (kind, inner.cloned().unwrap_or(Value::Null))
        };
        let gates = release.gates().iter();
        Self {
            events: drive.journal[begun..].iter().map(event).collect(),
            phase: tag(&json(release.phase())),
            outcome: release.outcome().word().to_owned(),
            gates: gates
                .map(|gate| (gate.name.clone(), tag(&json(gate.verdict.state))))
                .collect(),
            refused: refused.map(|refusal| (tag(&json(&refusal)), refusal.to_string())),
            outbox: release
                .outbox()
                .map(|act| deed(&act.deed, act.cleared))
                .collect(),
        }
    }
}

/// A deed in a few words; `?` where it waits for a look.
fn deed(deed: &Deed, cleared: bool) -> String {
    let words = match deed {
        Deed::Review {
            approve: true, run, ..
        } => format!("approve {run}"),
        Deed::Review { run, .. } => format!("reject {run}"),
        Deed::Dispatch { workflow, .. } => format!("dispatch {workflow}"),
        Deed::Claim { wish, .. } => format!("claim {}", wish.name.path()),
        Deed::Cancel { run } => format!("cancel {run}"),
        Deed::RerunFailed { run } => format!("rerun {run}"),
        Deed::KillFlag { flag } => format!("kill {flag}"),
        Deed::Script { arguments } => arguments.join(" "),
    };
    if cleared { words } else { format!("{words} ?") }
}

impl Expect {
    /// Whether it is what happened; else what differs.
    pub(crate) fn check(&self, actual: &Actual) -> Result<(), String> {
        let same = |what: &str, wanted: &Option<String>, is: &str| match wanted {
            Some(wanted) if wanted != is => Err(format!("{what}: {wanted} expected, is {is}")),
            _ => Ok(()),
        };
        same("phase", &self.phase, &actual.phase)?;
        same("outcome", &self.outcome, &actual.outcome)?;
        match (&self.refused, &actual.refused) {
            (None, None) => {}
            (Some(wanted), Some((is, _))) if wanted == is => {}
            (wanted, is) => return Err(format!("refused: {wanted:?} expected, is {is:?}")),
        }
        for (gate, wanted) in self.gates.iter().flatten() {
            let is = actual.gates.get(gate).map_or("not there", String::as_str);
            same(gate, &Some(wanted.clone()), is)?;
        }
        if let Some(wanted) = &self.outbox
            && *wanted != actual.outbox
        {
            return Err(format!(
                "outbox: {wanted:?} expected, is {:?}",
                actual.outbox
            ));
        }
        let Some(wanted) = &self.events else {
            return Ok(());
        };
        let wanted: Vec<toml::Value> = wanted.iter().flat_map(each).collect();
        let kinds: Vec<&str> = actual
            .events
            .iter()
            .map(|(kind, _)| kind.as_str())
            .collect();
        if wanted.len() != kinds.len() {
            return Err(format!("events: {} expected, are {kinds:?}", wanted.len()));
        }
        wanted
            .iter()
            .zip(&actual.events)
            .try_for_each(|(wanted, is)| check_event(wanted, is))
    }

    /// Every way to falsify it by one drop or one change.
    pub(crate) fn perturbed(&self) -> Vec<Self> {
        let mut all = Vec::new();
        let mut put = |change: &dyn Fn(&mut Self)| {
            let mut other = self.clone();
            change(&mut other);
            all.push(other);
        };
        if self.phase.is_some() {
            put(&|other| other.phase = Some("another".into()));
        }
        if self.outcome.is_some() {
            put(&|other| other.outcome = Some("ANOTHER".into()));
        }
        if self.refused.is_some() {
            put(&|other| other.refused = None);
            put(&|other| other.refused = Some("Another".into()));
        } else {
            put(&|other| other.refused = Some("Changed".into()));
        }
        for gate in self.gates.iter().flatten().map(|(gate, _)| gate) {
            put(&|other| {
                let gates = other.gates.as_mut().unwrap();
                gates.insert(gate.clone(), "another".into());
            });
        }
        if self.outbox.is_some() {
            put(&|other| other.outbox.as_mut().unwrap().push("another".into()));
            put(&|other| other.outbox.as_mut().unwrap().insert(0, "another".into()));
        }
        for (index, event) in self.events.iter().flatten().enumerate() {
            put(&|other| drop(other.events.as_mut().unwrap().remove(index)));
            put(&|other| other.events.as_mut().unwrap()[index] = "another.kind".into());
            for field in event.as_table().into_iter().flat_map(toml::Table::keys) {
                put(&|other| {
                    let event = &mut other.events.as_mut().unwrap()[index];
                    let fields = event.as_table_mut().unwrap();
                    fields.insert(field.clone(), "~something that nobody says".into());
                });
            }
        }
        all
    }
}

/// One expectation an event: `times` stands for so many alike.
fn each(event: &toml::Value) -> Vec<toml::Value> {
    let mut one = event.clone();
    let times = one.as_table_mut().and_then(|fields| fields.remove("times"));
    match times.map(|times| times.as_integer()) {
        None => vec![one],
        Some(Some(times)) => vec![one; usize::try_from(times).unwrap()],
        // Not a number of times: no event fits.
        Some(None) => vec!["nonsense".into()],
    }
}

fn check_event(wanted: &toml::Value, (kind, payload): &(String, Value)) -> Result<(), String> {
    let fields = match wanted {
        toml::Value::String(wanted) if wanted == kind => return Ok(()),
        toml::Value::Table(fields) if fields.get("kind").and_then(|k| k.as_str()) == Some(kind) => {
            fields
        }
        wanted => return Err(format!("event: {wanted} expected, is {kind} {payload}")),
    };
    for (name, wanted) in fields.iter().filter(|(name, _)| *name != "kind") {
        let is = payload.get(name).unwrap_or(&Value::Null);
        let fits = match (wanted.as_str().and_then(|text| text.strip_prefix('~')), is) {
            (Some(part), Value::String(text)) => text.contains(part),
            (Some(part), other) => other.to_string().contains(part),
            (None, other) => json(wanted) == *other,
        };
        if !fits {
            return Err(format!("{kind}: {name} = {wanted} expected, is {is}"));
        }
    }
    Ok(())
}
