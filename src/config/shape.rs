//! Holds a TOML document against the JSON schema of its structs: every unknown key, wrong type, missing key and wrong
//! word at once, each with its place. Knows no key by name.
//!
//! Reads the part of JSON Schema 2020-12 that schemars writes for our structs: `$ref` into `$defs`, `type`,
//! `properties`, `required`, `additionalProperties`, `items`, `enum`, `const`, `oneOf`, `anyOf`.

use std::ops::Range;

use serde_json::Value;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    diagnostic::{Diagnostic, SECRET_PREFIXES},
    nearest::nearest,
    secret,
};

/// Everything in `document` that `schema` does not allow.
pub(super) fn check(schema: &Value, document: &Spanned<DeTable<'_>>) -> Vec<Diagnostic> {
    let mut shape = Shape {
        definitions: &schema["$defs"],
        found: Vec::new(),
    };
    shape.table(schema, document.get_ref(), None, "");
    shape.found
}

struct Shape<'s> {
    definitions: &'s Value,
    found: Vec<Diagnostic>,
}

impl<'s> Shape<'s> {
    /// Follows references, and picks the alternative of `anyOf` that takes a value of this type.
    fn settle(&self, schema: &'s Value, kind: &str) -> &'s Value {
        let mut at = schema;
        // Our schemas nest two deep; the bound only keeps a wrong one from looping.
        for _ in 0..8 {
            if let Some(name) = at["$ref"].as_str() {
                at = &self.definitions[name.rsplit('/').next().unwrap_or(name)];
            } else if let Some(options) = at["anyOf"].as_array() {
                let real = |option: &&Value| option["type"] != "null";
                let fits = |option: &&Value| takes(self.settle(option, kind), kind);
                let mut options = options.iter().filter(real);
                match options.clone().find(fits).or_else(|| options.next()) {
                    Some(option) => at = option,
                    None => return at,
                }
            } else {
                return at;
            }
        }
        at
    }

    fn table(
        &mut self,
        schema: &'s Value,
        table: &DeTable<'_>,
        place: Option<&Range<usize>>,
        path: &str,
    ) {
        let properties = schema["properties"].as_object();
        for (key, value) in table {
            let name: &str = key.get_ref();
            let inner = join(path, name);
            if let Some(wanted) = properties.and_then(|known| known.get(name)) {
                self.value(wanted, value, &inner);
            } else if schema["additionalProperties"].is_object() {
                self.value(&schema["additionalProperties"], value, &inner);
            } else if schema["additionalProperties"] == false {
                let known = properties.into_iter().flat_map(|known| known.keys());
                self.found
                    .push(unknown_key(key, path, known.map(String::as_str)));
            }
        }
        for needed in schema["required"].as_array().into_iter().flatten() {
            let Some(needed) = needed.as_str() else {
                continue;
            };
            if !table.contains_key(needed) {
                let message = format!("{} is missing `{needed}`", here(path));
                let help = format!("add `{needed} = ...` to {}", here(path));
                self.found.push(match place {
                    Some(span) => Diagnostic::at(span.clone(), message).help(help),
                    None => Diagnostic::whole(message).help(help),
                });
            }
        }
    }

    fn value(&mut self, schema: &'s Value, value: &Spanned<DeValue<'_>>, path: &str) {
        let kind = kind(value.get_ref());
        let schema = self.settle(schema, kind);
        let span = value.span();
        if !takes(schema, kind) {
            let wanted = wanted(schema);
            let mut point = Diagnostic::at(span, format!("`{path}` must be {wanted}"))
                .label(format!("this is {}", article(kind)));
            if kind != "object" && kind != "array" && wanted.contains("string") {
                point = point.help("put it in quotes");
            }
            self.found.push(point);
            return;
        }
        match value.get_ref() {
            DeValue::Table(table) => self.table(schema, table, Some(&span), path),
            DeValue::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.value(&schema["items"], item, &format!("{path}[{at}]"));
                }
            }
            DeValue::String(word) => self.word(schema, word, span, path),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
    }

    fn word(&mut self, schema: &Value, word: &str, span: Range<usize>, path: &str) {
        let secret = SECRET_PREFIXES
            .iter()
            .any(|prefix| word.starts_with(prefix) && word.len() >= 16);
        if secret {
            self.found.push(
                Diagnostic::at(span, format!("`{path}` holds what looks like a token"))
                    .label("secrets never stand in the file")
                    .help(
                        "put it in the environment, write \"env:NAME\" here, and revoke this one",
                    ),
            );
            return;
        }
        if !secret::in_addresses(word).is_empty() {
            self.found.push(
                Diagnostic::at(span, format!("`{path}` holds a secret in its address"))
                    .label("secrets never stand in the file")
                    .help("leave it out and revoke it; where a request needs one, send a header with \"env:NAME\""),
            );
            return;
        }
        let allowed = words(schema);
        if allowed.is_empty() || allowed.contains(&word) {
            return;
        }
        let list = allowed
            .iter()
            .map(|one| format!("\"{one}\""))
            .collect::<Vec<_>>();
        let mut point = Diagnostic::at(span, format!("`{path}` cannot be \"{word}\""))
            .label(format!("one of {}", list.join(", ")));
        if let Some(near) = nearest(word, allowed.iter().copied()) {
            point = point.help(format!("did you mean \"{near}\"?"));
        }
        self.found.push(point);
    }
}

fn unknown_key<'k>(
    key: &Spanned<std::borrow::Cow<'_, str>>,
    path: &str,
    known: impl Iterator<Item = &'k str>,
) -> Diagnostic {
    let name: &str = key.get_ref();
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    let point = Diagnostic::at(key.span(), format!("unknown key `{name}`"))
        .label(format!("not a key of {}", here(path)));
    match nearest(name, known.iter().copied()) {
        Some(near) => point.help(format!("did you mean `{near}`?")),
        None => point.help(format!("the keys here are {}", known.join(", "))),
    }
}

/// The words that a string may be; empty: any.
fn words(schema: &Value) -> Vec<&str> {
    let constants = schema["oneOf"].as_array().into_iter().flatten();
    let listed = schema["enum"].as_array().into_iter().flatten();
    constants
        .flat_map(|option| {
            let one = option["const"].as_str();
            let several = option["enum"].as_array().into_iter().flatten();
            one.into_iter().chain(several.filter_map(Value::as_str))
        })
        .chain(listed.filter_map(Value::as_str))
        .collect()
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ if schema["oneOf"].is_array() || schema["enum"].is_array() => vec!["string"],
        _ => Vec::new(),
    }
}

fn takes(schema: &Value, kind: &str) -> bool {
    let types = types(schema);
    types.is_empty()
        || types
            .iter()
            .any(|one| *one == kind || (*one == "number" && kind == "integer"))
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "string",
        DeValue::Integer(_) => "integer",
        DeValue::Float(_) => "number",
        DeValue::Boolean(_) => "boolean",
        DeValue::Datetime(_) => "date",
        DeValue::Array(_) => "array",
        DeValue::Table(_) => "object",
    }
}

fn wanted(schema: &Value) -> String {
    let types = types(schema);
    let words: Vec<&str> = types
        .into_iter()
        .filter(|one| *one != "null")
        .map(article)
        .collect();
    words.join(" or ")
}

fn article(kind: &str) -> &'static str {
    match kind {
        "string" => "a string",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "a table",
        _ => "a date",
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn here(path: &str) -> String {
    if path.is_empty() {
        "the file".to_owned()
    } else {
        format!("[{path}]")
    }
}
