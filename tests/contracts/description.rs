//! GitHub's own description as a judge: of answers, and of requests.
//!
//! OpenAPI 3.0 is read as JSON Schema with these liberties, each because GitHub itself takes them:
//! `oneOf` counts as `anyOf` (`/user` fits both of its shapes), a deployment status may be `waiting` (sent, though the list of
//! words lacks it), a refusal described without a body has the usual one, formats are not asked of addresses (`environment_url` is sent empty), and media types other than JSON are left out.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// Below this path lies the API of a server that is not github.com.
const BASE: &str = "/api/v3";

/// The description.
pub(crate) struct Description {
    paths: Map<String, Value>,
    components: Value,
    /// Built once a schema: building reads all components.
    built: RefCell<HashMap<String, Rc<Validator>>>,
}

impl Description {
    /// Reads the part that is kept in this repository.
    pub(crate) fn load() -> Self {
        let mut whole: Value = serde_json::from_str(include_str!("github-rest.json")).unwrap();
        loosen(&mut whole);
        Self {
            paths: whole["paths"].as_object().unwrap().clone(),
            components: whole["components"].clone(),
            built: RefCell::default(),
        }
    }

    /// What is wrong with an answer, a line each; an address or status that is not described is wrong too.
    pub(crate) fn answer(&self, method: &str, path: &str, status: u16, body: &[u8]) -> Vec<String> {
        let Some((operation, _, name)) = self.operation(method, path) else {
            return vec![format!("{method} {path}: not described")];
        };
        let described = self.follow(&operation["responses"][status.to_string()]);
        if described.is_null() {
            // Common to all operations and therefore described nowhere.
            let common = matches!(status, 304 | 400 | 401 | 403 | 404 | 422 | 429 | 502);
            return if common {
                self.judge(
                    &json!({ "$ref": "#/components/schemas/basic-error" }),
                    body,
                    name,
                )
            } else {
                vec![format!("{method} {name}: status {status} is not described")]
            };
        }
        match described["content"]["application/json"].get("schema") {
            Some(schema) => self.judge(schema, body, name),
            None if body.is_empty() => Vec::new(),
            // The end of a ref that is not there: described without a body, answered with the usual one.
            None if status == 422 => self.judge(
                &json!({ "$ref": "#/components/schemas/basic-error" }),
                body,
                name,
            ),
            None => vec![format!("{method} {name}: {status} has no body")],
        }
    }

    /// What is wrong with a request as the world logged it (`/_world/requests`), a line each. Requests that are not to GitHub pass.
    pub(crate) fn request(&self, entry: &Value) -> Vec<String> {
        let (method, path) = (
            entry["method"].as_str().unwrap(),
            entry["path"].as_str().unwrap(),
        );
        if !path.starts_with(BASE) {
            return Vec::new();
        }
        let Some((operation, shared, name)) = self.operation(method, path) else {
            return vec![format!("{method} {path}: not described")];
        };
        let mut wrong = Vec::new();
        let declared: Vec<Value> = [&operation["parameters"], shared]
            .into_iter()
            .filter_map(Value::as_array)
            .flatten()
            .map(|parameter| self.follow(parameter).clone())
            .collect();
        for pair in entry["query"].as_array().into_iter().flatten() {
            let (key, value) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
            let found = declared
                .iter()
                .find(|p| p["in"] == "query" && p["name"] == key);
            match found {
                None => wrong.push(format!(
                    "{method} {name}: no query parameter is called {key}"
                )),
                Some(parameter) => {
                    // A query is text; it is right where it is, read as text or as what it spells.
                    let spelled = serde_json::from_str(value).unwrap_or(Value::Null);
                    let schema = &parameter["schema"];
                    let fits = |value: &Value| self.judge_value(schema, value, name).is_empty();
                    // GitHub's search syntax, which the description calls a time: a range of two.
                    let is_range = key == "created"
                        && value.contains("..")
                        && value.split("..").all(|one| fits(&json!(one)));
                    if !fits(&json!(value)) && !fits(&spelled) && !is_range {
                        wrong.push(format!("{method} {name}: {key}={value} does not fit"));
                    }
                }
            }
        }
        let wanted = &operation["requestBody"];
        match wanted["content"]["application/json"].get("schema") {
            Some(_) if entry["body"].is_null() && wanted["required"] != true => {}
            Some(schema) => wrong.extend(self.judge_value(schema, &entry["body"], name)),
            None if entry["body"].is_null() => {}
            None => wrong.push(format!("{method} {name}: takes no body")),
        }
        wrong
    }

    /// The operation of an address, the parameters shared by its path, and the path's template. Literal parts win.
    fn operation(&self, method: &str, path: &str) -> Option<(&Value, &Value, &str)> {
        let path = path.strip_prefix(BASE)?;
        let method = method.to_ascii_lowercase();
        self.paths
            .iter()
            .filter(|(template, operations)| {
                fits(template, path) && operations.get(&method).is_some()
            })
            .max_by_key(|(template, _)| {
                template
                    .split('/')
                    .filter(|part| !part.starts_with('{'))
                    .count()
            })
            .map(|(template, all)| (&all[&method], &all["parameters"], template.as_str()))
    }

    fn judge(&self, schema: &Value, body: &[u8], name: &str) -> Vec<String> {
        if body.is_empty() {
            return Vec::new();
        }
        match serde_json::from_slice(body) {
            Ok(value) => self.judge_value(schema, &value, name),
            Err(why) => vec![format!("{name}: {why}")],
        }
    }

    fn judge_value(&self, schema: &Value, value: &Value, name: &str) -> Vec<String> {
        let key = schema.to_string();
        let known = self.built.borrow().get(&key).cloned();
        let validator = known.unwrap_or_else(|| {
            let mut root = schema.clone();
            root["components"] = self.components.clone();
            let options = jsonschema::options().should_validate_formats(true);
            let built = Rc::new(options.build(&root).unwrap());
            self.built.borrow_mut().insert(key, Rc::clone(&built));
            built
        });
        validator
            .iter_errors(value)
            .map(|error| format!("{name} at {}: {error}", error.instance_path()))
            .collect()
    }

    fn follow<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"]
            .as_str()
            .and_then(|to| to.strip_prefix("#/components"))
        {
            Some(pointer) => self.components.pointer(pointer).unwrap_or(&Value::Null),
            None => value,
        }
    }
}

/// Whether an address has the form of a template; the last parameter of a few takes slashes.
fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut parts) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), parts.next()) {
            (None, None) => return true,
            (Some("{path}" | "{ref}"), Some(part)) if wanted.clone().next().is_none() => {
                return !part.is_empty();
            }
            (Some(one), Some(part))
                if one == part || (one.starts_with('{') && !part.is_empty()) => {}
            _ => return false,
        }
    }
}

/// Turns OpenAPI 3.0's dialect into JSON Schema, and takes the liberties that are named above.
fn loosen(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(loosen),
        Value::Object(map) => {
            map.values_mut().for_each(loosen);
            if map.get("format").is_some_and(|format| format == "uri") {
                map.remove("format");
            }
            if let Some(any) = map.remove("oneOf") {
                map.insert("anyOf".to_owned(), any);
            }
            if let Some(words) = map.get_mut("enum").and_then(Value::as_array_mut)
                && words.contains(&json!("in_progress"))
                && words.contains(&json!("inactive"))
            {
                words.push(json!("waiting"));
            }
            if map.get("nullable") == Some(&json!(true)) {
                map.remove("nullable");
                let inner = Value::Object(std::mem::take(map));
                map.insert("anyOf".to_owned(), json!([inner, { "type": "null" }]));
            }
        }
        _ => {}
    }
}
