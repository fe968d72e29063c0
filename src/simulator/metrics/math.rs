//! Metric math, as far as dashboards of this world need it: numbers, ids, `+ - * /`, parentheses, `FILL(m, n)` and
//! `SUM | AVG | MIN | MAX([..])` minute by minute. Anything else is an error that the answer carries.

use std::collections::BTreeMap;

/// Points by time.
pub(super) type Points = BTreeMap<i64, f64>;

/// What an expression is while it is computed: a number, or a series.
#[derive(Debug, Clone)]
enum Value {
    Number(f64),
    Series(Points),
    List(Vec<Points>),
}

/// Computes an expression over the series by id; `times` are the periods asked for, which `FILL` fills.
pub(super) fn evaluate(
    expression: &str,
    series: &BTreeMap<String, Points>,
    times: &[i64],
) -> Result<Points, String> {
    let mut parser = Parser {
        rest: expression.trim(),
        series,
        times,
        depth: 0,
    };
    let value = parser.sum()?;
    if !parser.rest.is_empty() {
        return Err(format!("Unsupported at '{}'", head(parser.rest)));
    }
    match value {
        Value::Series(points) => Ok(points),
        Value::Number(_) | Value::List(_) => Err("The expression is no time series".to_owned()),
    }
}

fn head(rest: &str) -> String {
    rest.chars().take(20).collect()
}

struct Parser<'a> {
    rest: &'a str,
    series: &'a BTreeMap<String, Points>,
    times: &'a [i64],
    depth: usize,
}

impl Parser<'_> {
    fn take(&mut self, token: char) -> bool {
        let Some(rest) = self.rest.strip_prefix(token) else {
            return false;
        };
        self.rest = rest.trim_start();
        true
    }

    fn need(&mut self, token: char) -> Result<(), String> {
        if self.take(token) {
            Ok(())
        } else {
            Err(format!("Expected '{token}' at '{}'", head(self.rest)))
        }
    }

    fn sum(&mut self) -> Result<Value, String> {
        let mut left = self.product()?;
        loop {
            if self.take('+') {
                left = combine(left, self.product()?, |a, b| Some(a + b))?;
            } else if self.take('-') {
                left = combine(left, self.product()?, |a, b| Some(a - b))?;
            } else {
                return Ok(left);
            }
        }
    }

    fn product(&mut self) -> Result<Value, String> {
        let mut left = self.atom()?;
        loop {
            if self.take('*') {
                left = combine(left, self.atom()?, |a, b| Some(a * b))?;
            } else if self.take('/') {
                // A division by zero has no data point, as in CloudWatch.
                left = combine(left, self.atom()?, |a, b| (b != 0.0).then(|| a / b))?;
            } else {
                return Ok(left);
            }
        }
    }

    fn atom(&mut self) -> Result<Value, String> {
        self.depth += 1;
        if self.depth > 64 {
            return Err("The expression is too long".to_owned());
        }
        if self.take('(') {
            let inner = self.sum()?;
            self.need(')')?;
            return Ok(inner);
        }
        if self.take('-') {
            let inner = self.atom()?;
            return combine(Value::Number(0.0), inner, |a, b| Some(a - b));
        }
        if self.take('[') {
            return self.list();
        }
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.');
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest.trim_start();
        if let Ok(number) = word.parse() {
            return Ok(Value::Number(number));
        }
        if self.take('(') {
            return self.call(word);
        }
        match self.series.get(word) {
            Some(points) => Ok(Value::Series(points.clone())),
            None => Err(format!("Unsupported at '{}'", head(word))),
        }
    }

    fn list(&mut self) -> Result<Value, String> {
        let mut all = Vec::new();
        loop {
            match self.sum()? {
                Value::Series(points) => all.push(points),
                Value::Number(_) | Value::List(_) => return Err("A list holds series".to_owned()),
            }
            if !self.take(',') {
                self.need(']')?;
                return Ok(Value::List(all));
            }
        }
    }

    fn call(&mut self, name: &str) -> Result<Value, String> {
        let first = self.sum()?;
        let second = if self.take(',') {
            Some(self.sum()?)
        } else {
            None
        };
        self.need(')')?;
        match (name, first, second) {
            ("FILL", Value::Series(mut points), Some(Value::Number(fill))) => {
                for time in self.times {
                    points.entry(*time).or_insert(fill);
                }
                Ok(Value::Series(points))
            }
            ("SUM" | "AVG" | "MIN" | "MAX", Value::List(list), None) => {
                Ok(Value::Series(across(name, &list)))
            }
            _ => Err(format!("Unsupported function '{}'", head(name))),
        }
    }
}

fn across(name: &str, list: &[Points]) -> Points {
    let mut by_time: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for (time, value) in list.iter().flatten() {
        by_time.entry(*time).or_default().push(*value);
    }
    let one = |values: Vec<f64>| {
        let sum: f64 = values.iter().sum();
        match name {
            "MIN" => values.into_iter().fold(f64::MAX, f64::min),
            "MAX" => values.into_iter().fold(f64::MIN, f64::max),
            "AVG" => sum / f64::from(u32::try_from(values.len()).unwrap_or(u32::MAX)),
            _ => sum,
        }
    };
    by_time
        .into_iter()
        .map(|(time, values)| (time, one(values)))
        .collect()
}

fn combine(left: Value, right: Value, with: fn(f64, f64) -> Option<f64>) -> Result<Value, String> {
    let points = match (left, right) {
        (Value::Number(a), Value::Number(b)) => {
            return with(a, b)
                .map(Value::Number)
                .ok_or_else(|| "Division by zero".to_owned());
        }
        (Value::Series(a), Value::Number(b)) => a
            .into_iter()
            .filter_map(|(t, a)| Some((t, with(a, b)?)))
            .collect(),
        (Value::Number(a), Value::Series(b)) => b
            .into_iter()
            .filter_map(|(t, b)| Some((t, with(a, b)?)))
            .collect(),
        // Only where both have a point.
        (Value::Series(a), Value::Series(b)) => a
            .into_iter()
            .filter_map(|(t, a)| Some((t, with(a, *b.get(&t)?)?)))
            .collect(),
        (Value::List(_), _) | (_, Value::List(_)) => {
            return Err("A list stands only in SUM, AVG, MIN or MAX".to_owned());
        }
    };
    Ok(Value::Series(points))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(expression: &str) -> Result<Vec<(i64, f64)>, String> {
        let series = BTreeMap::from([
            ("m1".to_owned(), Points::from([(0, 4.0), (60, 6.0)])),
            ("m2".to_owned(), Points::from([(0, 2.0)])),
        ]);
        evaluate(expression, &series, &[0, 60]).map(|points| points.into_iter().collect())
    }

    #[test]
    fn arithmetic_keeps_minutes_that_both_have() {
        assert_eq!(
            run("100 * m2 / (m1 + m2)").unwrap(),
            [(0, 100.0 * 2.0 / 6.0)]
        );
        assert_eq!(run("m1 - FILL(m2, 0)").unwrap(), [(0, 2.0), (60, 6.0)]);
        assert_eq!(run("MAX([m1, m2]) * -1").unwrap(), [(0, -4.0), (60, -6.0)]);
    }

    #[test]
    fn what_it_cannot_do_is_said() {
        for wrong in [
            "ANOMALY_DETECTION_BAND(m1, 2)",
            "m3",
            "m1 +",
            "5",
            "((((",
            "m1 m2",
        ] {
            assert!(run(wrong).is_err(), "{wrong}");
        }
    }
}
