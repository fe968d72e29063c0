//! Presets: from a resource's name to its metrics.
//!
//! What a preset holds is data in `presets/*.toml`; this file only expands it. Pure: it reads no file at run time and
//! does not know where the table that it is given came from.

mod error;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use error::PresetError;

use crate::domain::policy::{Absent, Bad, Metric, MetricName, Query, Recipe, Side, Unit};

/// The presets by name, with their definitions.
const DEFINITIONS: [(&str, &str); 6] = [
    ("alb", include_str!("presets/alb.toml")),
    ("apigateway", include_str!("presets/apigateway.toml")),
    ("ecs", include_str!("presets/ecs.toml")),
    ("lambda", include_str!("presets/lambda.toml")),
    ("rds", include_str!("presets/rds.toml")),
    ("sqs", include_str!("presets/sqs.toml")),
];

/// Longest dimension value that CloudWatch takes, in characters.
const VALUE_LIMIT: usize = 1024;

/// The names of all presets, sorted.
pub fn preset_names() -> Vec<String> {
    DEFINITIONS
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect()
}

/// The keys that a preset takes besides `preset`, `name` and `aws`; `None` for an unknown preset.
pub fn preset_keys(preset: &str) -> Option<Vec<String>> {
    Some(Definition::of(preset).ok()?.keys())
}

/// Expands one entry of `metrics = [{ preset = .. }]`.
///
/// `parameters` is the entry without `preset`, `name` and `aws`. With `name` the variables become `name.variable`. The
/// sides of a canary follow the whole under the same names.
pub fn expand(
    preset: &str,
    parameters: &toml::Table,
    name: Option<&str>,
    aws: Option<&str>,
) -> Result<Vec<Metric>, PresetError> {
    let definition = Definition::of(preset)?;
    let whole = definition.read(preset, parameters, Side::All)?;
    definition.check_choices(preset, &whole)?;
    let mut metrics = definition.metrics(preset, &whole, Side::All)?;
    for (key, side) in [("canary", Side::Canary), ("control", Side::Control)] {
        let Some(table) = parameters.get(key) else {
            continue;
        };
        let toml::Value::Table(table) = table else {
            return Err(PresetError::Value {
                key: key.to_owned(),
                wanted: format!("a table, `{key} = {{ {} }}`", definition.side_example()),
            });
        };
        let mut given = whole.clone();
        given.extend(definition.read(preset, table, side)?);
        metrics.extend(definition.metrics(preset, &given, side)?);
    }
    for metric in &mut metrics {
        if let Some(prefix) = name {
            metric.name = MetricName(format!("{prefix}.{}", metric.name));
            metric.label = format!("{prefix} {}", metric.label);
        }
        metric.aws = aws.map(str::to_owned);
    }
    Ok(metrics)
}

type Given = BTreeMap<String, String>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    namespace: String,
    /// Of each group exactly one key is given.
    one_of: Vec<Vec<String>>,
    /// Keys that the tables of a canary's sides take.
    sides: Vec<String>,
    parameters: BTreeMap<String, Parameter>,
    series: BTreeMap<String, Series>,
    metric: Vec<Variable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameter {
    dimension: String,
    example: String,
    /// How a value begins.
    form: Option<String>,
    /// What stands before the value in the resource part of an ARN, which people paste.
    arn_prefix: Option<String>,
    /// The dimension's value where it is more than the parameter: `{function}:{alias}`.
    value: Option<String>,
    /// Another key that must be given too.
    requires: Option<String>,
    /// Only inside `canary` and `control`.
    #[serde(default)]
    side_only: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Series {
    metric: String,
    statistic: String,
    /// Parameters that are its dimensions, as far as they are given.
    by: Vec<String>,
    /// Parameters without which it does not exist.
    #[serde(default)]
    needs: Vec<String>,
    /// Cannot be told apart by side.
    #[serde(default)]
    whole: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variable {
    name: String,
    label: String,
    unit: Unit,
    bad: Bad,
    /// The first that exists.
    #[serde(default)]
    series: Vec<String>,
    #[serde(default)]
    over: Vec<String>,
    #[serde(default)]
    under: Vec<String>,
    #[serde(default = "one")]
    scale: f64,
    no_traffic_unless: Option<Vec<String>>,
    zero_where: Option<Vec<String>>,
}

const fn one() -> f64 {
    1.0
}

impl Definition {
    fn of(preset: &str) -> Result<Self, PresetError> {
        let Some((_, source)) = DEFINITIONS.iter().find(|(name, _)| *name == preset) else {
            return Err(PresetError::UnknownPreset {
                name: preset.to_owned(),
                known: preset_names(),
            });
        };
        toml::from_str(source).map_err(|error| PresetError::Damaged {
            preset: preset.to_owned(),
            detail: error.message().to_owned(),
        })
    }

    fn keys(&self) -> Vec<String> {
        let own = self
            .parameters
            .iter()
            .filter(|(_, parameter)| !parameter.side_only);
        let sides: &[&str] = if self.sides.is_empty() {
            &[]
        } else {
            &["canary", "control"]
        };
        own.map(|(key, _)| key.clone())
            .chain(sides.iter().map(|key| (*key).to_owned()))
            .collect()
    }

    fn side_example(&self) -> String {
        self.sides
            .first()
            .map(|key| self.example(key))
            .unwrap_or_default()
    }

    fn example(&self, key: &str) -> String {
        let example = self
            .parameters
            .get(key)
            .map_or("...", |p| p.example.as_str());
        format!("{key} = \"{example}\"")
    }

    /// The parameters of a table, checked.
    fn read(&self, preset: &str, table: &toml::Table, side: Side) -> Result<Given, PresetError> {
        let prefix = match side {
            // A band belongs to the whole.
            Side::All | Side::BandHigh | Side::BandLow => "",
            Side::Canary => "canary.",
            Side::Control => "control.",
        };
        let known = if side == Side::All {
            self.keys()
        } else {
            self.sides.clone()
        };
        let mut given = Given::new();
        for (key, value) in table {
            let place = format!("{prefix}{key}");
            if !known.contains(key) {
                return Err(PresetError::UnknownKey {
                    preset: preset.to_owned(),
                    key: place,
                    known,
                });
            }
            let Some(parameter) = self.parameters.get(key) else {
                continue; // The tables of the sides are read on their own.
            };
            let read = value.as_str().and_then(|raw| parameter.read(raw));
            let read = read.ok_or_else(|| PresetError::Value {
                key: place,
                wanted: parameter.wanted(),
            })?;
            given.insert(key.clone(), read);
        }
        if side != Side::All && given.is_empty() {
            return Err(PresetError::Missing {
                preset: preset.to_owned(),
                keys: self
                    .sides
                    .iter()
                    .map(|key| format!("{prefix}{key}"))
                    .collect(),
                example: self.side_example(),
            });
        }
        Ok(given)
    }

    fn check_choices(&self, preset: &str, given: &Given) -> Result<(), PresetError> {
        for group in &self.one_of {
            let keys: Vec<String> = group
                .iter()
                .filter(|key| given.contains_key(*key))
                .cloned()
                .collect();
            match keys.len() {
                1 => {}
                0 => {
                    let first = group.first().map(|key| self.example(key));
                    return Err(PresetError::Missing {
                        preset: preset.to_owned(),
                        keys: group.clone(),
                        example: first.unwrap_or_default(),
                    });
                }
                _ => {
                    return Err(PresetError::TooMany {
                        preset: preset.to_owned(),
                        keys,
                    });
                }
            }
        }
        Ok(())
    }

    fn metrics(&self, preset: &str, given: &Given, side: Side) -> Result<Vec<Metric>, PresetError> {
        for key in given.keys() {
            let needed = self.parameters.get(key).and_then(|p| p.requires.as_ref());
            if let Some(needed) = needed.filter(|needed| !given.contains_key(*needed)) {
                return Err(PresetError::Missing {
                    preset: preset.to_owned(),
                    keys: vec![needed.clone()],
                    example: self.example(needed),
                });
            }
        }
        Ok(self
            .metric
            .iter()
            .filter_map(|variable| {
                Some(Metric {
                    name: MetricName(variable.name.clone()),
                    label: variable.label.clone(),
                    unit: variable.unit,
                    bad: variable.bad,
                    aws: None,
                    side,
                    recipe: self.recipe(variable, given, side)?,
                })
            })
            .collect())
    }

    /// `None` where the resource has no such metric.
    fn recipe(&self, variable: &Variable, given: &Given, side: Side) -> Option<Recipe> {
        let all = |names: &[String]| -> Vec<Query> {
            names
                .iter()
                .filter_map(|name| self.query(name, given, side))
                .collect()
        };
        let scale = variable.scale;
        if !variable.under.is_empty() {
            let (over, under) = (all(&variable.over), all(&variable.under));
            let whole = !over.is_empty() && !under.is_empty();
            return whole.then_some(Recipe::Ratio { over, under, scale });
        }
        let query = all(&variable.series).into_iter().next()?;
        let absent = match (&variable.zero_where, &variable.no_traffic_unless) {
            (Some(proofs), _) => match all(proofs).into_iter().next() {
                Some(proof) => Absent::ZeroWhere { proof },
                None => Absent::NoTraffic { unless: Vec::new() },
            },
            (None, Some(unless)) => Absent::NoTraffic {
                unless: all(unless),
            },
            (None, None) => Absent::Gap,
        };
        Some(Recipe::Direct {
            query,
            scale,
            absent,
        })
    }

    fn query(&self, name: &str, given: &Given, side: Side) -> Option<Query> {
        let series = self.series.get(name)?;
        let there = series.needs.iter().all(|key| given.contains_key(key));
        if !there || (series.whole && side != Side::All) {
            return None;
        }
        let dimensions = series.by.iter().filter_map(|key| {
            let parameter = self.parameters.get(key)?;
            let value = given.get(key)?;
            let value = parameter
                .value
                .as_ref()
                .map_or_else(|| value.clone(), |template| fill(template, given));
            Some((parameter.dimension.clone(), value))
        });
        Some(Query {
            namespace: self.namespace.clone(),
            metric: series.metric.clone(),
            dimensions: dimensions.collect(),
            statistic: series.statistic.clone(),
        })
    }
}

impl Parameter {
    fn read(&self, raw: &str) -> Option<String> {
        let mut value = raw.trim();
        if value.starts_with("arn:") && (self.form.is_some() || self.arn_prefix.is_some()) {
            value = value.splitn(6, ':').nth(5)?;
            let prefix = self.arn_prefix.as_deref().unwrap_or("");
            value = value.strip_prefix(prefix).unwrap_or(value);
        }
        let form = self.form.as_deref().unwrap_or("");
        let plain = value.chars().all(|c| c.is_ascii_graphic() || c == ' ');
        let fits =
            value.len() > form.len() && value.starts_with(form) && value.len() <= VALUE_LIMIT;
        (plain && fits).then(|| value.to_owned())
    }

    fn wanted(&self) -> String {
        match &self.form {
            Some(form) => format!(
                "a name that begins with `{form}`, as in \"{}\"",
                self.example
            ),
            None => format!(
                "a name of printable ASCII characters, as in \"{}\"",
                self.example
            ),
        }
    }
}

fn fill(template: &str, given: &Given) -> String {
    given
        .iter()
        .fold(template.to_owned(), |text, (key, value)| {
            text.replace(&format!("{{{key}}}"), value)
        })
}

#[cfg(test)]
mod tests;
