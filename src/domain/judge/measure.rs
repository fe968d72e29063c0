//! What a number in a rule measures, and which measures may meet in a sum, a product or a comparison.

use crate::domain::{policy::Unit, wording};

/// What a number measures. Values are in the unit that metrics are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// A count, a factor, or a number without a unit.
    Number,
    /// Per cent.
    Percent,
    /// The difference of two percentages, in points.
    Points,
    /// Milliseconds.
    Time,
    /// A minute's count.
    PerMinute,
    /// A second's count.
    PerSecond,
    /// Bytes.
    Bytes,
}

/// A value with its measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quantity {
    pub(super) value: f64,
    pub(super) measure: Measure,
}

/// A step of arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Operator {
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }
}

/// Two measures that cannot meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clash(pub(super) Measure, pub(super) Measure);

impl From<Unit> for Measure {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Percent => Self::Percent,
            Unit::Milliseconds => Self::Time,
            Unit::Count | Unit::Plain => Self::Number,
            Unit::PerMinute => Self::PerMinute,
            Unit::PerSecond => Self::PerSecond,
            Unit::Bytes => Self::Bytes,
        }
    }
}

impl Measure {
    /// For messages, with its article.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Number => "a plain number",
            Self::Percent => "a percentage",
            Self::Points => "a difference in points",
            Self::Time => "a duration",
            Self::PerMinute | Self::PerSecond => "a rate",
            Self::Bytes => "a size in bytes",
        }
    }

    /// A number of it as one would write it, for a mend.
    pub(super) fn example(self, number: f64) -> String {
        let suffix = match self {
            Self::Number => "",
            Self::Percent => "%",
            Self::Points => "pt",
            Self::Time => "ms",
            Self::PerMinute => "/m",
            Self::PerSecond => "/s",
            Self::Bytes => "MB",
        };
        format!("{number}{suffix}")
    }

    /// Brings two into one measure for a comparison or a sum: the measure and each side's factor into it.
    ///
    /// A plain number takes the measure of a rate beside it; rates convert. Everything else must be the same.
    pub(super) fn meet(self, other: Self) -> Result<(Self, f64, f64), Clash> {
        match (self, other) {
            (a, b) if a == b => Ok((a, 1.0, 1.0)),
            (Self::PerMinute, Self::PerSecond) => Ok((Self::PerMinute, 1.0, 60.0)),
            (Self::PerSecond, Self::PerMinute) => Ok((Self::PerMinute, 60.0, 1.0)),
            (Self::Number, rate @ (Self::PerMinute | Self::PerSecond))
            | (rate @ (Self::PerMinute | Self::PerSecond), Self::Number) => Ok((rate, 1.0, 1.0)),
            (a, b) => Err(Clash(a, b)),
        }
    }

    /// The measure of `self operator other`, with each side's factor.
    pub(super) fn combine(
        self,
        operator: Operator,
        other: Self,
    ) -> Result<(Self, f64, f64), Clash> {
        match operator {
            Operator::Add => match (self, other) {
                (Self::Percent, Self::Points) | (Self::Points, Self::Percent) => {
                    Ok((Self::Percent, 1.0, 1.0))
                }
                (a, b) => a.meet(b),
            },
            Operator::Subtract => match (self, other) {
                (Self::Percent, Self::Percent) => Ok((Self::Points, 1.0, 1.0)),
                (Self::Percent, Self::Points) => Ok((Self::Percent, 1.0, 1.0)),
                (a, b) => a.meet(b),
            },
            Operator::Multiply => match (self, other) {
                (a, Self::Number) | (Self::Number, a) => Ok((a, 1.0, 1.0)),
                (a, b) => Err(Clash(a, b)),
            },
            Operator::Divide => match (self, other) {
                (a, Self::Number) => Ok((a, 1.0, 1.0)),
                (Self::Number, b) => Err(Clash(Self::Number, b)),
                (a, b) => a.meet(b).map(|(_, x, y)| (Self::Number, x, y)),
            },
        }
    }
}

impl Quantity {
    pub(super) const fn new(value: f64, measure: Measure) -> Self {
        Self { value, measure }
    }

    /// `self operator other`.
    pub(super) fn combine(self, operator: Operator, other: Self) -> Result<Self, Clash> {
        let (measure, left, right) = self.measure.combine(operator, other.measure)?;
        let (a, b) = (self.value * left, other.value * right);
        let value = match operator {
            Operator::Add => a + b,
            Operator::Subtract => a - b,
            Operator::Multiply => a * b,
            Operator::Divide => a / b,
        };
        Ok(Self { value, measure })
    }

    /// As people read it: `1.31%`, `175 ms`.
    pub(super) fn shown(self) -> String {
        match self.measure {
            Measure::Number => wording::value(self.value, Unit::Plain),
            Measure::Percent => wording::value(self.value, Unit::Percent),
            Measure::Points => wording::points(self.value),
            Measure::Time => wording::value(self.value, Unit::Milliseconds),
            Measure::PerMinute => wording::value(self.value, Unit::PerMinute),
            Measure::PerSecond => wording::value(self.value, Unit::PerSecond),
            Measure::Bytes => wording::value(self.value, Unit::Bytes),
        }
    }
    /// With six significant digits and no rounding to a unit that reads well: for two values that would look alike.
    pub(super) fn shown_exactly(self) -> String {
        let number = wording::significant(self.value, 6);
        match self.measure {
            Measure::Number => number,
            Measure::Percent => format!("{number}%"),
            Measure::Points => format!("{number} pt"),
            Measure::Time => format!("{number} ms"),
            Measure::PerMinute => format!("{number}/m"),
            Measure::PerSecond => format!("{number}/s"),
            Measure::Bytes => format!("{number} B"),
        }
    }
}
