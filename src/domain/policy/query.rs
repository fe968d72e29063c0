//! Which queries and expressions a source can answer: checked when the rules are read, never in the night.
//!
//! Limits and forms after the CloudWatch user guide ("Statistics definitions", "Using metric math") and the
//! `Metric` and `MetricDataQuery` types of its API reference. Knows neither the configuration's syntax nor the wire.

use std::{collections::BTreeMap, ops::Range};

use super::Query;

/// Most dimensions of one metric.
pub const MOST_DIMENSIONS: usize = 30;

/// Most series that one expression may take: it must fit into one request of 500 with itself.
pub const MOST_INPUTS: usize = 100;

/// What is wrong with a query or an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// No such statistic.
    #[error(
        "`{0}` is no statistic: write Sum, Average, Minimum, Maximum, SampleCount, IQM, or a percentile such as p99, tm95 or TM(5%:95%)"
    )]
    Statistic(String),
    /// Namespace, metric or dimension that CloudWatch would refuse.
    #[error("{what} must have 1 to {most} printable ASCII characters")]
    Word {
        /// Which.
        what: String,
        /// How long it may be.
        most: usize,
    },
    /// Too many dimensions.
    #[error("{0} dimensions: CloudWatch takes at most {MOST_DIMENSIONS}")]
    Dimensions(usize),
    /// The id of an input.
    #[error("`{0}` is no id: begin with a small letter, go on with letters, digits and `_`")]
    Id(String),
    /// An id in the expression that is no input.
    #[error("the expression names `{name}`, which is not in `queries`")]
    Unknown {
        /// The name.
        name: String,
        /// Where in the expression, in bytes.
        at: Range<usize>,
    },
    /// An input that the expression does not use.
    #[error("`{0}` is in `queries` but not in the expression")]
    Unused(String),
    /// A function whose answer depends on what else is asked for.
    #[error("`{0}` sees every metric of the request: name the inputs instead, as in SUM([m1, m2])")]
    Sweeping(&'static str),
    /// Nothing to compute from, or too much.
    #[error("an expression takes 1 to {MOST_INPUTS} queries, not {0}")]
    Inputs(usize),
}

impl Query {
    /// Whether CloudWatch can answer it.
    pub fn check(&self) -> Result<(), QueryError> {
        word("the namespace", &self.namespace, 255)?;
        word("the metric's name", &self.metric, 255)?;
        if self.dimensions.len() > MOST_DIMENSIONS {
            return Err(QueryError::Dimensions(self.dimensions.len()));
        }
        for (name, value) in &self.dimensions {
            word("a dimension's name", name, 255)?;
            word(&format!("the value of dimension `{name}`"), value, 1024)?;
        }
        if is_statistic(&self.statistic) {
            Ok(())
        } else {
            Err(QueryError::Statistic(self.statistic.clone()))
        }
    }
}

fn word(what: &str, value: &str, most: usize) -> Result<(), QueryError> {
    let printable = value.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    if printable && !value.trim().is_empty() && value.len() <= most {
        Ok(())
    } else {
        Err(QueryError::Word {
            what: what.to_owned(),
            most,
        })
    }
}

/// Whether CloudWatch knows the statistic.
pub fn is_statistic(statistic: &str) -> bool {
    const PLAIN: [&str; 6] = ["SampleCount", "Average", "Sum", "Minimum", "Maximum", "IQM"];
    let percentile = |text: &str| {
        let digits = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        digits
            && text
                .parse::<f64>()
                .is_ok_and(|number| (0.0..=100.0).contains(&number))
    };
    let bound = |text: &str| match text.strip_suffix('%') {
        Some(share) => percentile(share),
        None => text.parse::<f64>().is_ok_and(f64::is_finite),
    };
    if PLAIN.contains(&statistic) {
        return true;
    }
    let short = ["p", "tm", "wm", "tc", "ts"]
        .iter()
        .any(|kind| statistic.strip_prefix(kind).is_some_and(percentile));
    let range = ["PR", "TM", "WM", "TC", "TS"].iter().any(|kind| {
        statistic
            .strip_prefix(kind)
            .and_then(|rest| rest.strip_prefix('(')?.strip_suffix(')')?.split_once(':'))
            .is_some_and(|(low, high)| {
                let given = |text: &str| text.is_empty() || bound(text);
                given(low) && given(high) && !(low.is_empty() && high.is_empty())
            })
    });
    short || range
}

/// Whether CloudWatch can compute it.
pub fn check_expression(
    expression: &str,
    queries: &BTreeMap<String, Query>,
) -> Result<(), QueryError> {
    if queries.is_empty() || queries.len() > MOST_INPUTS {
        return Err(QueryError::Inputs(queries.len()));
    }
    for (id, query) in queries {
        let begins = id.starts_with(|c: char| c.is_ascii_lowercase());
        if !begins || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(QueryError::Id(id.clone()));
        }
        query.check()?;
    }
    let mut used = Vec::new();
    for at in words(expression) {
        let name = &expression[at.clone()];
        match name {
            "METRICS" => return Err(QueryError::Sweeping("METRICS")),
            "SEARCH" => return Err(QueryError::Sweeping("SEARCH")),
            _ if !name.starts_with(|c: char| c.is_ascii_lowercase()) => {}
            _ if queries.contains_key(name) => used.push(name),
            _ => {
                let name = name.to_owned();
                return Err(QueryError::Unknown { name, at });
            }
        }
    }
    match queries.keys().find(|id| !used.contains(&id.as_str())) {
        Some(id) => Err(QueryError::Unused(id.clone())),
        None => Ok(()),
    }
}

/// Where the names stand in an expression: ids, functions and keywords, not what is between quotes.
pub fn words(expression: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut quote = None;
    let mut begun: Option<usize> = None;
    for (at, c) in expression.char_indices() {
        let part = c.is_ascii_alphanumeric() || c == '_';
        if let Some(start) = begun.filter(|_| !part) {
            found.push(start..at);
            begun = None;
        }
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if part && begun.is_none() => begun = Some(at),
            Some(_) | None => {}
        }
    }
    found.extend(begun.map(|start| start..expression.len()));
    // Numbers such as `1e5` are no names.
    found.retain(|range| !expression[range.clone()].starts_with(|c: char| c.is_ascii_digit()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query() -> Query {
        Query {
            namespace: "Shop".into(),
            metric: "OrdersPlaced".into(),
            dimensions: BTreeMap::new(),
            statistic: "Sum".into(),
        }
    }

    #[test]
    fn statistics_that_exist() {
        for good in [
            "Sum",
            "IQM",
            "p99",
            "p99.9",
            "p100",
            "tm95",
            "TM(5%:95%)",
            "PR(:300)",
            "TC(0.1:)",
        ] {
            assert!(is_statistic(good), "{good}");
        }
        for bad in [
            "sum",
            "p",
            "p101",
            "p-1",
            "99",
            "P99",
            "TM(:)",
            "TM(5%:95%",
            "pinf",
            "p1e1",
            "median",
        ] {
            assert!(!is_statistic(bad), "{bad}");
        }
    }

    #[test]
    fn a_query_within_the_limits() {
        assert_eq!(query().check(), Ok(()));
        let mut many = query();
        many.dimensions = (0..31).map(|n| (format!("d{n}"), "v".into())).collect();
        assert_eq!(many.check(), Err(QueryError::Dimensions(31)));
        let mut nameless = query();
        nameless.metric = " ".into();
        assert!(matches!(nameless.check(), Err(QueryError::Word { .. })));
    }

    #[test]
    fn the_names_of_an_expression_stand_outside_quotes() {
        let text = r#"IF(m1 > 1e5, m1/m_2, FILL(m3, 'm4')) + "m5""#;
        let names: Vec<&str> = words(text).into_iter().map(|at| &text[at]).collect();
        assert_eq!(names, ["IF", "m1", "m1", "m_2", "FILL", "m3"]);
    }

    #[test]
    fn an_expression_names_its_inputs_and_no_others() {
        let queries = BTreeMap::from([("m1".to_owned(), query()), ("m2".to_owned(), query())]);
        assert_eq!(check_expression("MAX([m1, m2])", &queries), Ok(()));
        let unknown = check_expression("m1 + m2 + m3", &queries);
        assert_eq!(
            unknown,
            Err(QueryError::Unknown {
                name: "m3".into(),
                at: 10..12
            })
        );
        assert_eq!(
            check_expression("m1", &queries),
            Err(QueryError::Unused("m2".into()))
        );
        assert_eq!(
            check_expression("SUM(METRICS())", &queries),
            Err(QueryError::Sweeping("METRICS"))
        );
        assert_eq!(
            check_expression("1", &BTreeMap::new()),
            Err(QueryError::Inputs(0))
        );
    }
}
