//! `metrics = [...]`: presets expanded, own metrics and metric math read, names unique.

use std::{collections::BTreeMap, ops::Range};

use super::{bands::bands, findings::Findings, target::AwsAccount};
use crate::{
    config::{
        At,
        diagnostic::Diagnostic,
        file::{MetricEntry, MissingWord, TeamTable},
        nearest::nearest,
        presets,
    },
    domain::policy::{
        Absent, Bad, Metric, MetricName, Query, QueryError, Recipe, Side, Unit, check_expression,
    },
};

/// The metrics, and whether every entry could be read: where not, unknown names in rules are not the rules' fault.
pub(super) struct Metrics {
    pub(super) all: Vec<Metric>,
    pub(super) complete: bool,
}

/// Keys of an entry that are not the preset's parameters.
const GENERAL_KEYS: [&str; 4] = ["preset", "name", "aws", "band"];
/// Statistics that slips are held against.
const COMMON: [&str; 5] = ["Sum", "Average", "Minimum", "Maximum", "SampleCount"];
/// Words of the rules' language, which no metric may be called.
const RESERVED: [&str; 16] = [
    "alarm",
    "and",
    "any",
    "avg",
    "band",
    "band_high",
    "band_low",
    "baseline",
    "canary",
    "control",
    "for",
    "in",
    "max",
    "min",
    "not",
    "or",
];

pub(super) fn metrics(
    table: &TeamTable,
    raw: &toml::Table,
    accounts: &[AwsAccount],
    found: &mut Findings,
) -> Metrics {
    let before = found.list.len();
    let raw = raw.get("metrics").and_then(toml::Value::as_array);
    let mut seen: BTreeMap<(MetricName, Side), bool> = BTreeMap::new();
    let (mut all, mut edges) = (Vec::new(), Vec::new());
    for (place, entry) in table.metrics.iter().enumerate() {
        account(entry, accounts, found);
        let raw = raw
            .and_then(|list| list.get(place))
            .and_then(toml::Value::as_table);
        let made = match &entry.preset {
            Some(preset) => expand(preset, entry, raw, found),
            None => custom(entry, found).into_iter().collect(),
        };
        let bare = entry.preset.is_some() && entry.name.is_none();
        if let Some(twice) = made
            .iter()
            .find(|metric| seen.contains_key(&(metric.name.clone(), metric.side)))
        {
            let help = if bare {
                "name this preset: `name = \"db\"` makes `db.cpu` of `cpu`"
            } else {
                "give it another `name`"
            };
            let message = format!("there are two metrics called `{}`", twice.name);
            found.wrong(&entry.span, message, help);
        }
        seen.extend(made.iter().map(|m| ((m.name.clone(), m.side), bare)));
        edges.extend(bands(entry, &made, found));
        all.extend(made);
    }
    all.extend(edges);
    Metrics {
        all,
        complete: found.list.len() == before,
    }
}

/// Which account answers must be sure: a metric of the wrong account is silently another service's.
fn account(entry: &At<MetricEntry>, accounts: &[AwsAccount], found: &mut Findings) {
    let names = accounts.iter().filter_map(|one| one.name.as_deref());
    match &entry.aws {
        Some(aws) if !names.clone().any(|name| name == aws.value) => {
            let message = format!("there is no [[aws]] entry called \"{}\"", aws.value);
            let point = Diagnostic::at(aws.span.clone(), message);
            found.add(point.help(match nearest(&aws.value, names) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("add [[aws]] with name = \"{}\"", aws.value),
            }));
        }
        None if accounts.len() > 1 => {
            let help = "add `aws = \"...\"`";
            found.wrong(
                &entry.span,
                "which of the [[aws]] entries answers is not said",
                help,
            );
        }
        Some(_) | None => {}
    }
}

fn expand(
    preset: &At<String>,
    entry: &At<MetricEntry>,
    raw: Option<&toml::Table>,
    found: &mut Findings,
) -> Vec<Metric> {
    let mut parameters = raw.cloned().unwrap_or_default();
    for key in GENERAL_KEYS {
        parameters.remove(key);
    }
    let prefix = entry.name.as_ref();
    if let Some(name) = prefix {
        found.read("name", name, |raw| metric_name(raw));
    }
    let prefix = prefix.map(|name| name.value.as_str());
    let aws = entry.aws.as_ref().map(|aws| aws.value.as_str());
    match presets::expand(&preset.value, &parameters, prefix, aws) {
        Ok(metrics) => metrics,
        Err(error) => {
            let place = match error.key() {
                Some("preset") => Some(preset.span.clone()),
                Some(key) => entry.parameter(key),
                None => None,
            };
            let point = Diagnostic::at(
                place.unwrap_or_else(|| entry.span.clone()),
                error.to_string(),
            );
            let names = presets::preset_names();
            let near = nearest(&preset.value, names.iter().map(String::as_str));
            found.add(match near {
                Some(near) if error.key() == Some("preset") => {
                    point.help(format!("did you mean \"{near}\"?"))
                }
                _ => point,
            });
            Vec::new()
        }
    }
}

fn custom(entry: &At<MetricEntry>, found: &mut Findings) -> Option<Metric> {
    let Some(name) = &entry.name else {
        let help = "write a `preset`, or a `name` with `namespace`, `metric` and `statistic`, or with `expression`";
        found.wrong(&entry.span, "a metric without a name", help);
        return None;
    };
    found.read("name", name, |raw| metric_name(raw))?;
    let (unit, factor) = match &entry.unit {
        Some(at) => found.read("unit", at, |raw| unit(raw))?,
        None => (Unit::Plain, 1.0),
    };
    let mut scale = factor * entry.scale.as_ref().map_or(1.0, |at| at.value);
    if let Some(at) = &entry.scale
        && !(at.value.is_finite() && at.value != 0.0)
    {
        found.wrong(
            &at.span,
            "a scale must be a finite number other than 0",
            "write 1.0 or leave it out",
        );
        return None;
    }
    let absent = match entry.missing {
        Some(MissingWord::NoTraffic) => Absent::NoTraffic { unless: Vec::new() },
        Some(MissingWord::Gap) | None => Absent::Gap,
    };
    let recipe = if let Some(expression) = &entry.expression {
        if let Some(metric) = &entry.metric {
            found.wrong(
                &metric.span,
                "both `expression` and `metric`",
                "put the metric into `queries`",
            );
        }
        math(expression, entry, scale, absent, found)?
    } else {
        let query = direct(entry, found)?;
        if unit == Unit::PerSecond && matches!(query.statistic.as_str(), "Sum" | "SampleCount") {
            // The sum of a minute, said a second.
            scale /= 60.0;
        }
        Recipe::Direct {
            query,
            scale,
            absent,
        }
    };
    Some(Metric {
        label: entry
            .label
            .clone()
            .unwrap_or_else(|| name.value.replace('_', " ")),
        name: MetricName(name.value.clone()),
        unit,
        bad: entry.bad.unwrap_or(Bad::Both),
        aws: entry.aws.as_ref().map(|aws| aws.value.clone()),
        side: Side::All,
        recipe,
    })
}

fn direct(entry: &At<MetricEntry>, found: &mut Findings) -> Option<Query> {
    let (Some(namespace), Some(metric), Some(statistic)) =
        (&entry.namespace, &entry.metric, &entry.statistic)
    else {
        let help = "write `namespace`, `metric` and `statistic`, or `expression` with `queries`";
        found.wrong(&entry.span, "a metric that says not what to read", help);
        return None;
    };
    let query = Query {
        namespace: namespace.value.clone(),
        metric: metric.value.clone(),
        dimensions: entry.dimensions.clone(),
        statistic: statistic.value.clone(),
    };
    answerable(query, entry, &statistic.span, found)
}

/// The query, where CloudWatch can answer it.
fn answerable(
    query: Query,
    entry: &At<impl Sized>,
    statistic: &Range<usize>,
    found: &mut Findings,
) -> Option<Query> {
    let error = match query.check() {
        Ok(()) => return Some(query),
        Err(error) => error,
    };
    let place = match &error {
        QueryError::Statistic(_) => statistic.clone(),
        _ => entry.span.clone(),
    };
    let point = Diagnostic::at(place, error.to_string());
    let near = nearest(&query.statistic, COMMON);
    found.add(match near {
        Some(near) if matches!(error, QueryError::Statistic(_)) => {
            point.help(format!("did you mean \"{near}\"?"))
        }
        _ => point,
    });
    None
}

fn math(
    expression: &At<String>,
    entry: &At<MetricEntry>,
    scale: f64,
    absent: Absent,
    found: &mut Findings,
) -> Option<Recipe> {
    let mut queries = BTreeMap::new();
    for (id, at) in &entry.queries {
        let query = Query {
            namespace: at.namespace.clone(),
            metric: at.metric.clone(),
            dimensions: at.dimensions.clone(),
            statistic: at.statistic.value.clone(),
        };
        queries.insert(
            id.clone(),
            answerable(query, at, &at.statistic.span, found)?,
        );
    }
    if let Err(error) = check_expression(expression, &queries) {
        let place = match &error {
            QueryError::Unused(id) | QueryError::Id(id) => entry.queries.get(id).map(|at| &at.span),
            _ => None,
        };
        let place = place.unwrap_or(&expression.span).clone();
        found.add(Diagnostic::at(place, error.to_string()));
        return None;
    }
    Some(Recipe::Math {
        expression: expression.value.clone(),
        queries,
        scale,
        absent,
    })
}

/// A name that rules can say: lower-case words, digits and `_`, parts joined by dots.
fn metric_name(raw: &str) -> Result<(), String> {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    if !raw.split('.').all(part) || raw.len() > 64 {
        return Err("write a name as queue_age: small letters, digits, _".to_owned());
    }
    if RESERVED.contains(&raw) {
        return Err(format!("`{raw}` is a word of the rules"));
    }
    Ok(())
}

/// What the written unit is kept as, and the factor to get there.
fn unit(raw: &str) -> Result<(Unit, f64), String> {
    Ok(match raw {
        "%" => (Unit::Percent, 1.0),
        "ms" => (Unit::Milliseconds, 1.0),
        "s" => (Unit::Milliseconds, 1_000.0),
        "/m" => (Unit::PerMinute, 1.0),
        "/s" => (Unit::PerSecond, 1.0),
        "bytes" => (Unit::Bytes, 1.0),
        "count" => (Unit::Count, 1.0),
        "" => (Unit::Plain, 1.0),
        other => {
            return Err(format!(
                "\"{other}\" is no unit: write %, ms, s, /m, /s, bytes or count"
            ));
        }
    })
}
