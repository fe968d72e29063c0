//! Reads the YAML: the kind, its keys in the spellings that teams use, gates and triggers as a string or a list.

use super::written::WrittenStrategy;
use crate::{
    config::{
        At,
        diagnostic::Diagnostic,
        file::{DurationText, ShareText, StageEntry, StrategyKind, StrategyTable},
        nearest::nearest,
        tree::{Branch, Entry, Node, plain},
    },
    domain::{policy::Advance, wording::significant},
};

/// The documented keys of the file.
const KEYS: [&str; 9] = [
    "strategy",
    "stages",
    "advance",
    "stage_timeout",
    "max_unavailable",
    "max_surge",
    "validation_period",
    "gates",
    "rollback_trigger",
];
/// The documented keys of a stage.
const STAGE_KEYS: [&str; 5] = ["weight", "environment", "job", "duration", "gates"];
/// Most rules of one list.
const MOST: usize = 100;

/// Whether a name is a YAML file below the folder of the rules.
pub(in crate::config) fn is_beside(name: &str) -> bool {
    is_below(name, &["yaml", "yml"])
}

/// Whether a name is a file with one of these endings below the folder of the rules: neither elsewhere on a machine
/// nor above.
pub(in crate::config) fn is_below(name: &str, endings: &[&str]) -> bool {
    let right = name
        .rsplit('.')
        .next()
        .is_some_and(|end| endings.contains(&end));
    let plain = !name.contains(['\\', ':', '?', '#', '%']) && !name.chars().any(char::is_control);
    right
        && plain
        && name.len() <= 200
        && name.split('/').all(|part| !part.is_empty() && part != "..")
}

/// Reads `text`; every mistake at its place. `production` is the production environment: a stage that names neither
/// environment nor job is `PRODUCTION-5` where its weight is 5%, and the last one is production itself.
pub(in crate::config) fn read(
    text: &str,
    production: &str,
) -> Result<WrittenStrategy, Vec<Diagnostic>> {
    let root = Node::from_yaml(text)?;
    let mut reader = Reader {
        found: Vec::new(),
        production: production.to_owned(),
        kind: None,
        out: WrittenStrategy {
            table: at(&root, StrategyTable::default()),
            gates: Vec::new(),
            triggers: Vec::new(),
        },
    };
    reader.file(&root);
    if reader.kind.is_none() && reader.found.is_empty() {
        let point = Diagnostic::whole("this file names no strategy");
        let help = "add `strategy: canary`, `blue-green`, `rolling` or `recreate`";
        reader.found.push(point.help(help));
    }
    if reader.found.is_empty() {
        Ok(reader.out)
    } else {
        Err(reader.found)
    }
}

struct Reader {
    found: Vec<Diagnostic>,
    production: String,
    kind: Option<StrategyKind>,
    out: WrittenStrategy,
}

fn at<T>(node: &Node, value: T) -> At<T> {
    At {
        value,
        span: node.place.span.clone().unwrap_or(0..0),
    }
}

impl Reader {
    fn wrong(&mut self, node: &Node, message: impl std::fmt::Display, help: &str) {
        self.found.push(node.place.point(message).help(help));
    }

    fn unknown(&mut self, entry: &Entry, known: &[&str]) {
        let message = format!("unknown key `{}`", entry.key);
        let point = entry.place.point(message);
        let near = nearest(&plain(&entry.key), known.iter().copied());
        self.found.push(match near {
            Some(near) => point.help(format!("did you mean `{near}`?")),
            None => point.help(format!("the keys here are {}", known.join(", "))),
        });
    }

    fn file(&mut self, node: &Node) {
        let Branch::Table(entries) = &node.branch else {
            let message = format!("a strategy is a table, this is {}", node.kind());
            self.wrong(node, message, "write `strategy: canary` and its keys");
            return;
        };
        for entry in entries {
            self.key(entry);
        }
    }

    fn key(&mut self, entry: &Entry) {
        let node = &entry.node;
        match plain(&entry.key).as_str() {
            "strategy" | "kind" | "type" => {
                if matches!(node.branch, Branch::Table(_)) {
                    self.file(node);
                } else if let Some(word) = self.text(node) {
                    self.kind(node, &word);
                }
            }
            "name" | "description" | "version" => {}
            "stages" | "steps" => self.stages(node),
            "advance" => {
                self.out.table.value.advance = match self.text(node).as_deref() {
                    Some("ask" | "manual") => Some(at(node, Advance::Ask)),
                    Some("pre-authorised" | "pre-authorized" | "pre_authorised" | "auto") => {
                        Some(at(node, Advance::PreAuthorised))
                    }
                    Some(_) => {
                        self.wrong(node, "no way to advance", "write ask or pre-authorised");
                        None
                    }
                    None => None,
                };
            }
            "stage_timeout" | "timeout" => {
                self.out.table.value.stage_timeout = self.duration(node);
            }
            "max_unavailable" => {
                self.out.table.value.max_unavailable = self.text(node).map(|text| at(node, text));
            }
            "max_surge" => {
                self.out.table.value.max_surge = self.text(node).map(|text| at(node, text));
            }
            "validation_period" | "validation" => {
                self.out.table.value.validation = self.duration(node);
            }
            "gates" | "gate" => {
                let mut rules = self.rules(node);
                self.out.gates.append(&mut rules);
            }
            "rollback_trigger" | "rollback_triggers" | "trigger" | "triggers" => {
                let mut rules = self.rules(node);
                self.out.triggers.append(&mut rules);
            }
            _ => self.unknown(entry, &KEYS),
        }
    }

    fn kind(&mut self, node: &Node, word: &str) {
        let kind = match plain(word).as_str() {
            "canary" => StrategyKind::Canary,
            "blue_green" | "bluegreen" => StrategyKind::BlueGreen,
            "rolling" | "rolling_update" => StrategyKind::Rolling,
            "recreate" => StrategyKind::Recreate,
            _ => {
                let kinds = ["canary", "blue-green", "rolling", "recreate"];
                let help = match nearest(word, kinds) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("write {}", kinds.join(", ")),
                };
                self.wrong(node, format_args!("there is no strategy `{word}`"), &help);
                return;
            }
        };
        if self.kind.replace(kind).is_some() {
            self.wrong(node, "a second strategy", "keep one of them");
        }
        self.out.table.value.kind = Some(at(node, kind));
        self.out.table.span = node.place.span.clone().unwrap_or(0..0);
    }

    fn text(&mut self, node: &Node) -> Option<String> {
        match &node.branch {
            Branch::Text(text) => Some(text.clone()),
            Branch::Integer(number) => Some(number.to_string()),
            Branch::Float(number) => Some(number.to_string()),
            Branch::Bool(_) | Branch::Null | Branch::List(_) | Branch::Table(_) => {
                self.wrong(
                    node,
                    format_args!("this is {}", node.kind()),
                    "a string is wanted",
                );
                None
            }
        }
    }

    fn duration(&mut self, node: &Node) -> Option<At<DurationText>> {
        let text = self.text(node)?;
        Some(at(node, DurationText(text)))
    }

    /// A string, or a list of them.
    fn rules(&mut self, node: &Node) -> Vec<At<String>> {
        let items: Vec<&Node> = match &node.branch {
            // A rule that is not read is a rule that nobody judges: never dropped in silence.
            Branch::List(items) if items.len() > MOST => {
                self.wrong(node, "too many rules", "at most 100 in one list");
                return Vec::new();
            }
            Branch::List(items) => items.iter().collect(),
            _ => vec![node],
        };
        let mut rules = Vec::new();
        for item in items {
            rules.extend(self.text(item).map(|text| at(item, text)));
        }
        rules
    }

    fn stages(&mut self, node: &Node) {
        let Branch::List(items) = &node.branch else {
            let help = "write `- weight: 5%` and its keys, once a stage";
            self.wrong(node, "the stages are a list", help);
            return;
        };
        if items.len() > MOST {
            self.wrong(node, "too many stages", "at most 100");
            return;
        }
        let last = items.len().saturating_sub(1);
        let stages: Vec<_> = items
            .iter()
            .enumerate()
            .filter_map(|(place, item)| self.stage(item, place == last))
            .collect();
        self.out.table.value.stages = Some(at(node, stages));
    }

    /// `5%`, `5` or `12.5`. A fraction of one may be a share of one or of a hundred: it is not guessed.
    fn weight(&mut self, node: &Node) -> Option<At<ShareText>> {
        let mut text = self.text(node)?;
        match node.branch {
            Branch::Float(share) if share > 0.0 && share <= 1.0 => {
                let whole = significant(share * 100.0, 6);
                let as_it_stands = if share < 1.0 { &text } else { "1" };
                let help = format!("write `{whole}%`, or `{as_it_stands}%` if so little is meant");
                let message = format_args!("`{text}` of one, or of a hundred?");
                self.wrong(node, message, &help);
                return None;
            }
            Branch::Text(_) => {}
            _ => text.push('%'),
        }
        Some(at(node, ShareText(text.trim().to_owned())))
    }

    fn stage(&mut self, node: &Node, last: bool) -> Option<At<StageEntry>> {
        let Branch::Table(entries) = &node.branch else {
            self.wrong(
                node,
                format_args!("a stage is a table, this is {}", node.kind()),
                "write `weight: 5%` and its keys",
            );
            return None;
        };
        let mut weight = None;
        let (mut environment, mut job, mut duration, mut gates) = (None, None, None, Vec::new());
        for entry in entries {
            let inner = &entry.node;
            match plain(&entry.key).as_str() {
                "name" | "description" => {}
                "weight" | "set_weight" | "traffic" | "percent" => {
                    weight = Some(self.weight(inner)?);
                }
                "environment" | "env" => environment = self.text(inner).map(|text| at(inner, text)),
                "job" => job = self.text(inner).map(|text| at(inner, text)),
                "duration" | "bake" | "pause" => duration = self.duration(inner),
                "gates" | "gate" => gates = self.rules(inner),
                _ => self.unknown(entry, &STAGE_KEYS),
            }
        }
        let Some(weight) = weight else {
            self.wrong(node, "a stage without a weight", "add `weight: 5%`");
            return None;
        };
        if environment.is_none() && job.is_none() {
            let share = weight.value.0.trim_end_matches('%');
            environment = Some(weight.with(if last {
                self.production.clone()
            } else {
                format!("{}-{share}", self.production)
            }));
        }
        Some(at(
            node,
            StageEntry {
                weight,
                environment,
                job,
                duration,
                gates,
            },
        ))
    }
}
