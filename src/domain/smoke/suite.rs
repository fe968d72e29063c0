//! The tests of a file, resolved: defaults filled in, words read, secrets still names.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::Value;

use super::{expect::Expect, written::Written};

/// Most tests of one file.
pub const MOST_TESTS: usize = 500;
/// Most retries of one test.
pub const MOST_RETRIES: u32 = 20;
/// Without one in the file.
pub const DEFAULT_TIMEOUT: SignedDuration = SignedDuration::from_secs(10);
/// Between two attempts, without one in the file.
pub const DEFAULT_DELAY: SignedDuration = SignedDuration::from_secs(1);
/// Longest time-out and delay.
pub const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(10);

/// The tests of one file, in its order; 1 to [`MOST_TESTS`].
#[derive(Debug, Clone, PartialEq)]
pub struct Suite {
    /// The tests.
    pub tests: Vec<Test>,
}

/// One test: one request, and what its answer must be.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// What people call it; unique in its file.
    pub name: String,
    /// `GET`, in capitals.
    pub method: String,
    /// Where it goes.
    pub target: Target,
    /// Added to the target's query.
    pub query: Vec<(String, Written)>,
    /// Names are lower-case.
    pub headers: Vec<(String, Written)>,
    /// What is sent.
    pub body: Option<Body>,
    /// Whether redirects are followed, within one host.
    pub follow: bool,
    /// What must hold.
    pub expect: Expect,
    /// For one attempt, connection and body included.
    pub timeout: SignedDuration,
    /// Attempts after the first.
    pub retries: u32,
    /// Between two attempts.
    pub delay: SignedDuration,
    /// Whether its failure fails the run.
    pub required: bool,
    /// Why it does not run.
    pub skip: Option<String>,
}

/// Where a test goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Below the address that the run is given: `/health`, with a query where it is written there.
    Path(String),
    /// A whole address of its own, http or https.
    Absolute(String),
}

/// What is sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// As it is.
    Text(Written),
    /// As JSON; its texts may name secrets.
    Json(Value),
    /// As a form's fields.
    Form(Vec<(String, Written)>),
}

impl Test {
    /// Every variable that it names, each once.
    pub fn variables(&self) -> BTreeSet<String> {
        let fields = match &self.body {
            Some(Body::Form(fields)) => fields.as_slice(),
            Some(Body::Text(_) | Body::Json(_)) | None => &[],
        };
        let pairs = self.query.iter().chain(&self.headers).chain(fields);
        let mut names: BTreeSet<String> = pairs
            .flat_map(|(_, value)| value.variables())
            .map(str::to_owned)
            .collect();
        match &self.body {
            Some(Body::Text(text)) => names.extend(text.variables().map(str::to_owned)),
            Some(Body::Json(value)) => texts(value, &mut |text| {
                if let Ok(written) = Written::parse(text) {
                    names.extend(written.variables().map(str::to_owned));
                }
            }),
            Some(Body::Form(_)) | None => {}
        }
        names
    }
}

/// Calls `seen` for each text value of a JSON document.
pub fn texts(value: &Value, seen: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => seen(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, seen)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, seen)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The document with each text filled; the error is the name of a variable without a value.
pub fn fill_json<'v>(value: &Value, of: &dyn Fn(&str) -> Option<&'v str>) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => match Written::parse(text) {
            Ok(written) => Value::String(written.fill(of)?),
            Err(_) => value.clone(),
        },
        Value::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| fill_json(item, of))
                .collect::<Result<_, _>>()?,
        ),
        Value::Object(fields) => {
            let filled = fields
                .iter()
                .map(|(name, field)| Ok((name.clone(), fill_json(field, of)?)));
            Value::Object(filled.collect::<Result<_, String>>()?)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}
