//! `[strategy]`, `[hypercare]`: stages and the watch.

use jiff::SignedDuration;

use super::{findings::Findings, metrics::Metrics, rules::rules};
use crate::{
    config::{
        At,
        diagnostic::Diagnostic,
        file::{DurationText, HypercareTable, StageEntry, StrategyKind, StrategyTable, TeamTable},
        strategy::{WrittenStrategy, is_beside},
        units,
    },
    domain::{
        anomaly::DEFAULT_RATE,
        policy::{Advance, Hypercare, StageBound, StageRule, Strategy},
    },
};

const WINDOW: SignedDuration = SignedDuration::from_mins(15);
const BASELINE: SignedDuration = SignedDuration::from_hours(1);
const MIN_SAMPLES: u32 = 100;
/// Per cent; more than one release in five with a false anomaly teaches people to look away.
const MOST_FALSE_ALARMS: f64 = 20.0;
const DEPLOY_TIMEOUT: SignedDuration = SignedDuration::from_hours(1);

fn duration(
    key: &str,
    at: Option<&At<DurationText>>,
    default: SignedDuration,
    found: &mut Findings,
) -> SignedDuration {
    found.read_or(key, at, default, |raw| units::duration(&raw.0))
}

/// A duration in whole minutes: metrics come by the minute.
fn minutes(
    key: &str,
    at: Option<&At<DurationText>>,
    default: SignedDuration,
    found: &mut Findings,
) -> SignedDuration {
    found.read_or(key, at, default, |raw| {
        let value = units::duration(&raw.0)?;
        if value.as_secs() % 60 == 0 {
            Ok(value)
        } else {
            Err("metrics come by the minute: write whole minutes".to_owned())
        }
    })
}

pub(super) fn hypercare(
    table: &HypercareTable,
    metrics: &Metrics,
    found: &mut Findings,
) -> Hypercare {
    let window = minutes("hypercare.window", table.window.as_ref(), WINDOW, found);
    let thrice = window.saturating_mul(3);
    let max_wait = minutes("hypercare.max_wait", table.max_wait.as_ref(), thrice, found);
    if let Some(at) = &table.max_wait
        && max_wait < window
    {
        let help = "it counts from the same moment: write the window or more";
        found.wrong(&at.span, "`max_wait` is shorter than `window`", help);
    }
    let rules_without_metrics = table.gates.iter().chain(&table.triggers);
    if metrics.complete
        && metrics.all.is_empty()
        && let Some(first) = rules_without_metrics
            .clone()
            .find(|rule| !rule.value.contains("alarm("))
    {
        let help = "add `metrics = [{ preset = \"alb\", ... }]` at the top of the file";
        found.wrong(&first.span, "a rule, but no metrics", help);
        return quiet(window, max_wait);
    }
    Hypercare {
        window,
        max_wait,
        baseline: minutes(
            "hypercare.baseline",
            table.baseline.as_ref(),
            BASELINE,
            found,
        ),
        min_samples: table
            .min_samples
            .as_ref()
            .map_or(MIN_SAMPLES, |at| at.value),
        gates: rules(&table.gates, metrics, found),
        triggers: rules(&table.triggers, metrics, found),
        alarms: alarms(table, found),
        false_alarms: false_alarms(table, found),
    }
}

fn alarms(table: &HypercareTable, found: &mut Findings) -> Vec<String> {
    let named = table.alarms.iter();
    named
        .map(|at| found.filled("hypercare.alarms", at))
        .collect()
}

/// The accepted chance of a false anomaly, as a share of one.
fn false_alarms(table: &HypercareTable, found: &mut Findings) -> f64 {
    found.read_or(
        "hypercare.false_alarms",
        table.false_alarms.as_ref(),
        DEFAULT_RATE,
        |raw| match units::share_or_none(&raw.0)? {
            percent if percent <= MOST_FALSE_ALARMS => Ok(percent / 100.0),
            _ => Err(format!(
                "\"{}\" would cry wolf: write a share up to {MOST_FALSE_ALARMS}%, 1% by default, 0% for none at all",
                raw.0
            )),
        },
    )
}

/// What is left of the watch when its rules cannot be read; the file is refused anyway.
fn quiet(window: SignedDuration, max_wait: SignedDuration) -> Hypercare {
    Hypercare {
        window,
        max_wait,
        baseline: BASELINE,
        min_samples: MIN_SAMPLES,
        gates: Vec::new(),
        triggers: Vec::new(),
        alarms: Vec::new(),
        false_alarms: DEFAULT_RATE,
    }
}

/// The strategy, and how long one deploy may take. `theirs` takes the mistakes of a strategy file.
pub(super) fn strategy(
    table: &TeamTable,
    written: Option<&WrittenStrategy>,
    metrics: &Metrics,
    found: &mut Findings,
    theirs: &mut Findings,
) -> (Strategy, SignedDuration) {
    let Some(at) = &table.strategy else {
        return (Strategy::Recreate, DEPLOY_TIMEOUT);
    };
    let Some(file) = &at.file else {
        return inline(table, at, metrics, found);
    };
    let twice = written_keys(at);
    for (key, span) in &twice {
        let message = format!("[strategy] has both `{key}` and `file`");
        found.wrong(span, message, "keep one of them: the file says all of it");
    }
    if let Some(written) = written {
        return inline(table, &written.table, metrics, theirs);
    }
    let help = "name a YAML file beside cockpit.toml: file = \"strategy.yaml\"";
    if !is_beside(file) {
        found.wrong(&file.span, "no file beside this one", help);
    } else if twice.is_empty() {
        found.wrong(&file.span, "the strategy file was not read", help);
    }
    (Strategy::Recreate, DEPLOY_TIMEOUT)
}

/// The keys that stand in the table beside `file`.
fn written_keys(at: &StrategyTable) -> Vec<(&'static str, std::ops::Range<usize>)> {
    let keys = [
        ("kind", at.kind.as_ref().map(|v| v.span.clone())),
        ("advance", at.advance.as_ref().map(|v| v.span.clone())),
        (
            "stage_timeout",
            at.stage_timeout.as_ref().map(|v| v.span.clone()),
        ),
        ("stages", at.stages.as_ref().map(|v| v.span.clone())),
        (
            "max_unavailable",
            at.max_unavailable.as_ref().map(|v| v.span.clone()),
        ),
        ("max_surge", at.max_surge.as_ref().map(|v| v.span.clone())),
        ("validation", at.validation.as_ref().map(|v| v.span.clone())),
    ];
    let there = keys
        .into_iter()
        .filter_map(|(key, span)| Some((key, span?)));
    there.collect()
}

/// The strategy of one table, wherever it was written.
fn inline(
    table: &TeamTable,
    at: &At<StrategyTable>,
    metrics: &Metrics,
    found: &mut Findings,
) -> (Strategy, SignedDuration) {
    let timeout = duration(
        "strategy.stage_timeout",
        at.stage_timeout.as_ref(),
        DEPLOY_TIMEOUT,
        found,
    );
    let Some(kind) = &at.kind else {
        let help = "write `kind = \"canary\"` (in YAML `strategy: canary`), or \"blue-green\", \"rolling\" or \"recreate\"";
        found.wrong(&at.span, "the strategy is not named", help);
        return (Strategy::Recreate, timeout);
    };
    foreign_keys(at, kind.value, found);
    let strategy = match kind.value {
        StrategyKind::Recreate => Strategy::Recreate,
        StrategyKind::Rolling => {
            for (key, value) in [
                ("max_unavailable", &at.max_unavailable),
                ("max_surge", &at.max_surge),
            ] {
                if let Some(value) = value {
                    found.read(key, value, |raw| units::share_or_count(raw));
                }
            }
            let is_none = |limit: &Option<At<String>>| {
                limit
                    .as_ref()
                    .filter(|limit| matches!(limit.value.trim_end_matches('%'), "0"))
                    .map(|limit| limit.span.clone())
            };
            if let (Some(_), Some(span)) = (is_none(&at.max_unavailable), is_none(&at.max_surge)) {
                let help = "let one of the two be more than 0";
                found.wrong(&span, "nothing can be replaced: both limits are 0", help);
            }
            Strategy::Rolling {
                max_unavailable: at.max_unavailable.as_ref().map(|v| v.value.clone()),
                max_surge: at.max_surge.as_ref().map(|v| v.value.clone()),
            }
        }
        StrategyKind::BlueGreen => Strategy::BlueGreen {
            validation: at
                .validation
                .as_ref()
                .and_then(|v| found.read("validation", v, |raw| units::duration(&raw.0))),
        },
        StrategyKind::Canary => Strategy::Canary {
            stages: stages(table, at, metrics, found),
            advance: at.advance.as_ref().map_or(Advance::Ask, |at| at.value),
        },
    };
    (strategy, timeout)
}

/// Keys of another kind of strategy would do nothing, and whoever wrote them believes that they do.
fn foreign_keys(at: &StrategyTable, kind: StrategyKind, found: &mut Findings) {
    let keys = [
        (
            "advance",
            at.advance.as_ref().map(|v| &v.span),
            StrategyKind::Canary,
        ),
        (
            "stages",
            at.stages.as_ref().map(|v| &v.span),
            StrategyKind::Canary,
        ),
        (
            "max_unavailable",
            at.max_unavailable.as_ref().map(|v| &v.span),
            StrategyKind::Rolling,
        ),
        (
            "max_surge",
            at.max_surge.as_ref().map(|v| &v.span),
            StrategyKind::Rolling,
        ),
        (
            "validation",
            at.validation.as_ref().map(|v| &v.span),
            StrategyKind::BlueGreen,
        ),
    ];
    for (key, span, owner) in keys {
        if let Some(span) = span
            && owner != kind
        {
            let message = format!("`{key}` belongs to another kind of strategy");
            let help = "remove it, or name the strategy that it belongs to";
            found.wrong(span, message, help);
        }
    }
}

fn stages(
    table: &TeamTable,
    at: &At<StrategyTable>,
    metrics: &Metrics,
    found: &mut Findings,
) -> Vec<StageRule> {
    let Some(written) = at.stages.as_ref().filter(|stages| !stages.is_empty()) else {
        let help =
            "add `stages = [{ weight = \"5%\", environment = \"...\", duration = \"10m\" }, ...]`";
        found.wrong(&at.span, "a canary without stages", help);
        return Vec::new();
    };
    let mut stages = Vec::new();
    let mut before = 0.0;
    for (place, stage) in written.iter().enumerate() {
        let last = place + 1 == written.len();
        if let Some(weight) = found.read("weight", &stage.weight, |raw| units::share(&raw.0)) {
            if weight <= before {
                let help = "write the stages in the order in which they go out";
                found.wrong(
                    &stage.weight.span,
                    "this stage is no larger than the one before",
                    help,
                );
            }
            if last && weight < 100.0 {
                let help = "end with a stage of 100%";
                found.wrong(
                    &stage.weight.span,
                    "the last stage is not all of production",
                    help,
                );
            }
            before = weight;
        }
        let Some(bound) = bound(table, stage, last, found) else {
            continue;
        };
        if stage.duration.is_none() && !last {
            let help = "give it a `duration` of 10m";
            found.wrong(
                &stage.span,
                "a stage without a duration is not judged",
                help,
            );
        }
        stages.push(StageRule {
            weight: stage.weight.value.0.clone(),
            bound,
            duration: minutes(
                "duration",
                stage.duration.as_ref(),
                SignedDuration::ZERO,
                found,
            ),
            gates: rules(&stage.gates, metrics, found),
        });
    }
    stages
}

fn bound(
    table: &TeamTable,
    stage: &At<StageEntry>,
    last: bool,
    found: &mut Findings,
) -> Option<StageBound> {
    let github = &table.github;
    let (written, production, bound) = match (&stage.environment, &stage.job) {
        (Some(at), None) => (
            at,
            &github.environment,
            StageBound::Environment(found.filled("environment", at)),
        ),
        (None, Some(at)) => (at, &github.job, StageBound::Job(found.filled("job", at))),
        (environment, _) => {
            let message = match environment {
                Some(_) => "a stage has either an environment or a job",
                None => "a stage needs an environment or a job",
            };
            let help = "name the `environment` that holds it, or the `job` that is watched";
            found.wrong(&stage.span, message, help);
            return None;
        }
    };
    if last && written.value != production.value {
        let point = Diagnostic::at(written.span.clone(), "the last stage is not production")
            .label(format!("[github] says \"{}\"", production.value));
        found.add(point.help("the last stage is what [github] names as production"));
    }
    Some(bound)
}

#[cfg(test)]
mod tests {
    use crate::config::parse_team;

    #[test]
    fn a_name_that_is_empty_holds_and_watches_nothing() {
        let small =
            "service = \"s\"\n[github]\nworkflow = \"d.yml\"\nenvironment = \"p\"\njob = \"d\"\n";
        let stages = |bound: &str| {
            format!(
                "[strategy]\nkind = \"canary\"\nstages = [{{ weight = \"5%\", {bound}, duration = \"5m\" }}, {{ weight = \"100%\", environment = \"p\" }}]\n"
            )
        };
        for (table, said) in [
            (stages("environment = \"\""), "`environment` is empty"),
            (stages("job = \" \""), "`job` is empty"),
            (
                "[hypercare]\nalarms = [\"a\", \"\"]\n".to_owned(),
                "`hypercare.alarms` is empty",
            ),
        ] {
            let text = format!("{small}{table}");
            let read = parse_team(text.as_bytes(), "cockpit.toml");
            let errors = read.unwrap_err().render();
            assert!(errors.contains(said), "{table}: {errors}");
            assert!(errors.contains("cockpit.toml:"), "{errors}");
        }
    }
}
