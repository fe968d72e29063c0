//! From words to a tree: precedence, keywords, and what a rule may not say. Knows no metric.
//!
//! ```text
//! condition  = all { "or" all }
//! all        = held { "and" held }
//! held       = no [ "for" DURATION | "in" COUNT "of" DURATION ]
//! no         = "not" no | comparison | "alarm" "(" TEXT ")" | "health" | "(" condition ")"
//! comparison = sum ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum
//! sum        = product { ( "+" | "-" ) product }
//! product    = factor { ( "*" | "/" ) factor }
//! factor     = "-" factor | NUMBER | METRIC | "(" sum ")"
//!            | ( "baseline" | "control" | "band_high" | "band_low" ) [ "(" METRIC ")" ] | ( "any" | "avg" | "max" | "min" ) "(" METRIC ")"
//! ```
//! `for` and `in` bind to the nearest condition, `not` included: `not health for 3m` is three minutes without
//! health. `health` alone means `health >= 1`. A percentage in a product is a factor: `baseline * 110%`.

use super::{
    expression::{Aggregate, Comparison, Condition, Reference, Relation, Span, Term, TermKind},
    measure::{Measure, Operator},
    part::Part,
    problem::RuleError,
    settle::{arithmetic, settle},
    tokens::{Token, tokens},
};
use crate::domain::policy::MetricName;

/// Deepest nesting of parentheses and `not`.
const DEEPEST: usize = 32;
/// Longest duration of `for` and `in`, minutes.
const LONGEST_MINUTES: u32 = 24 * 60;

/// Reads a whole rule.
pub(super) fn read(source: &str) -> Result<Condition, RuleError> {
    let mut descent = Descent {
        tokens: tokens(source)?,
        at: 0,
        depth: 0,
        end: source.len(),
    };
    if descent.tokens.is_empty() {
        return Err(RuleError::new(0..0, "the rule is empty").mending("write `error_rate < 1%`"));
    }
    let part = descent.any()?;
    if descent.peek().is_some() {
        return Err(descent.unexpected("the rule should end here"));
    }
    part.condition()
}

struct Descent {
    tokens: Vec<(Token, Span)>,
    at: usize,
    depth: usize,
    end: usize,
}

impl Descent {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    /// Where the next token stands; the end of the source when there is none.
    fn here(&self) -> Span {
        self.tokens
            .get(self.at)
            .map_or(self.end..self.end, |(_, span)| span.clone())
    }

    fn unexpected(&self, wanted: &str) -> RuleError {
        if self.peek().is_none() {
            RuleError::new(self.here(), format!("the rule ends too early: {wanted}"))
        } else {
            RuleError::new(self.here(), wanted)
        }
    }

    fn next_is(&self, word: &str) -> bool {
        match self.peek() {
            Some(Token::Sign(sign)) => *sign == word,
            Some(Token::Word(found)) => found.eq_ignore_ascii_case(word),
            Some(Token::Number(_) | Token::Quoted(_)) | None => false,
        }
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.next_is(word);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, word: &str) -> Result<(), RuleError> {
        if self.take(word) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("`{word}` is wanted here")))
        }
    }

    fn deeper<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, RuleError>,
    ) -> Result<T, RuleError> {
        if self.depth >= DEEPEST {
            return Err(RuleError::new(self.here(), "nested too deep")
                .mending(format!("at most {DEEPEST} levels")));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn any(&mut self) -> Result<Part, RuleError> {
        self.chain("or", Self::all, Condition::Any)
    }

    fn all(&mut self) -> Result<Part, RuleError> {
        self.chain("and", Self::held, Condition::All)
    }

    fn chain(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Part, RuleError>,
        join: fn(Vec<Condition>) -> Condition,
    ) -> Result<Part, RuleError> {
        let first = part(self)?;
        if !self.next_is(word) {
            return Ok(first);
        }
        let mut span = first.span();
        let mut parts = vec![first.condition()?];
        while self.take(word) {
            let next = part(self)?;
            span.end = next.span().end;
            parts.push(next.condition()?);
        }
        Ok(Part::Condition(join(parts), span))
    }

    fn held(&mut self) -> Result<Part, RuleError> {
        let inner = self.no()?;
        let keyword = self.here();
        let (count, of) = if self.take("for") {
            let minutes = self.minutes()?;
            (minutes, minutes)
        } else if self.take("in") {
            self.share()?
        } else {
            return Ok(inner);
        };
        let mut span = inner.span();
        let inner = inner.condition()?;
        if !inner.is_of_a_minute() {
            return Err(
                RuleError::new(keyword, "this cannot be asked of each minute").mending(
                    "alarms, `avg`, `max`, `min`, `any` and another `for` take no duration",
                ),
            );
        }
        span.end = self.tokens[self.at - 1].1.end;
        Ok(Part::Condition(
            Condition::Held {
                inner: Box::new(inner),
                count,
                of,
            },
            span,
        ))
    }

    /// `3 of 5m`.
    fn share(&mut self) -> Result<(u32, u32), RuleError> {
        let place = self.here();
        let count = match self.peek() {
            Some(Token::Number(quantity)) if quantity.measure == Measure::Number => {
                whole(quantity.value)
            }
            _ => None,
        }
        .ok_or_else(|| self.unexpected("a whole number of minutes is wanted: `in 3 of 5m`"))?;
        self.at += 1;
        self.expect("of")?;
        let of = match self.peek() {
            Some(Token::Number(quantity)) if quantity.measure == Measure::Number => {
                let of = whole(quantity.value);
                let of = of.ok_or_else(|| self.unexpected("whole minutes are wanted: `5m`"))?;
                self.at += 1;
                of
            }
            _ => self.minutes()?,
        };
        if count == 0 || count > of {
            return Err(RuleError::new(
                place,
                format!("{count} of {of} minutes cannot be"),
            ));
        }
        Ok((count, of))
    }

    fn minutes(&mut self) -> Result<u32, RuleError> {
        let place = self.here();
        let Some(Token::Number(quantity)) = self.peek() else {
            return Err(self.unexpected("a duration is wanted: `3m`"));
        };
        if quantity.measure != Measure::Time {
            return Err(RuleError::new(place, "a duration is wanted").mending("write `3m`"));
        }
        let minutes = whole(quantity.value / 60_000.0);
        let minutes = minutes.filter(|m| (1..=LONGEST_MINUTES).contains(m));
        self.at += 1;
        minutes.ok_or_else(|| {
            RuleError::new(place, "judged by the minute: whole minutes, `1m` to `24h`")
        })
    }

    fn no(&mut self) -> Result<Part, RuleError> {
        let start = self.here().start;
        if self.take("not") {
            let inner = self.deeper(Self::no)?;
            let span = start..inner.span().end;
            return Ok(Part::Condition(
                Condition::Not(Box::new(inner.condition()?)),
                span,
            ));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Part, RuleError> {
        let left = self.sum()?;
        let Some(relation) = self.relation() else {
            return Ok(left);
        };
        let left = left.term()?;
        let sign = self.here();
        self.at += 1;
        if relation == Relation::Less && self.next_is(">") {
            let place = sign.start..self.here().end;
            return Err(RuleError::new(place, "`<>` is no comparison").mending("write `!=`"));
        }
        let right = self.sum()?.term()?;
        let span = left.span.start..right.span.end;
        if self.relation().is_some() {
            return Err(self
                .unexpected("one comparison at a time")
                .mending("join two with `and`"));
        }
        let mut comparison = Comparison {
            left,
            relation,
            right,
            span: span.clone(),
        };
        settle(&mut comparison)?;
        Ok(Part::Condition(Condition::Compare(comparison), span))
    }

    fn relation(&self) -> Option<Relation> {
        let Some(Token::Sign(sign)) = self.peek() else {
            return None;
        };
        [
            Relation::Less,
            Relation::LessOrEqual,
            Relation::Greater,
            Relation::GreaterOrEqual,
            Relation::Equal,
            Relation::NotEqual,
        ]
        .into_iter()
        .find(|relation| relation.sign() == *sign)
    }

    fn sum(&mut self) -> Result<Part, RuleError> {
        self.fold(Self::product, &[Operator::Add, Operator::Subtract])
    }

    fn product(&mut self) -> Result<Part, RuleError> {
        self.fold(Self::factor, &[Operator::Multiply, Operator::Divide])
    }

    fn fold(
        &mut self,
        part: fn(&mut Self) -> Result<Part, RuleError>,
        operators: &[Operator],
    ) -> Result<Part, RuleError> {
        let mut left = part(self)?;
        while let Some(operator) = operators
            .iter()
            .copied()
            .find(|operator| self.next_is(operator.sign()))
        {
            self.at += 1;
            let right = part(self)?.term()?;
            left = Part::Term(arithmetic(operator, left.term()?, right)?);
        }
        Ok(left)
    }

    fn factor(&mut self) -> Result<Part, RuleError> {
        let start = self.here();
        if self.take("-") {
            let inner = self.deeper(Self::factor)?.term()?;
            let span = start.start..inner.span.end;
            let kind = TermKind::Negative(Box::new(inner));
            return Ok(Part::Term(Term { kind, span }));
        }
        if self.take("(") {
            let mut inner = self.deeper(Self::any)?;
            self.expect(")")?;
            let span = start.start..self.tokens[self.at - 1].1.end;
            match &mut inner {
                Part::Condition(_, place) => *place = span,
                Part::Term(term) => term.span = span,
            }
            return Ok(inner);
        }
        match self.peek().cloned() {
            Some(Token::Number(quantity)) => {
                self.at += 1;
                let kind = TermKind::Number(quantity);
                Ok(Part::Term(Term { kind, span: start }))
            }
            Some(Token::Word(word)) => self.named(&word, start),
            Some(Token::Sign(_) | Token::Quoted(_)) | None => {
                Err(self.unexpected("a metric or a number is wanted here"))
            }
        }
    }

    fn named(&mut self, word: &str, start: Span) -> Result<Part, RuleError> {
        let lower = word.to_ascii_lowercase();
        let kind = match lower.as_str() {
            "alarm" => return self.alarm(&start),
            "baseline" => self.reference(Reference::Baseline)?,
            "control" => self.reference(Reference::Control)?,
            "band_high" => self.reference(Reference::BandHigh)?,
            "band_low" => self.reference(Reference::BandLow)?,
            "band" => {
                return Err(RuleError::new(start, "which edge of the band?")
                    .mending("write `band_high` or `band_low`: `latency_p99 > band_high for 3m`"));
            }
            "any" => self.aggregate(Aggregate::Any)?,
            "avg" => self.aggregate(Aggregate::Average)?,
            "max" => self.aggregate(Aggregate::Maximum)?,
            "min" => self.aggregate(Aggregate::Minimum)?,
            "and" | "or" | "for" | "in" | "of" | "not" => {
                return Err(self.unexpected("a metric or a number is wanted here"));
            }
            _ => {
                self.at += 1;
                if self.next_is("(") {
                    let known = [
                        "any",
                        "avg",
                        "max",
                        "min",
                        "baseline",
                        "control",
                        "band_high",
                        "band_low",
                        "alarm",
                    ];
                    return Err(RuleError::new(start, format!("`{word}` is no function"))
                        .near(word, known.map(String::from)));
                }
                TermKind::Metric(MetricName(word.to_owned()))
            }
        };
        let span = start.start..self.tokens[self.at - 1].1.end;
        Ok(Part::Term(Term { kind, span }))
    }

    fn alarm(&mut self, start: &Span) -> Result<Part, RuleError> {
        self.at += 1;
        self.expect("(")?;
        let Some(Token::Quoted(name)) = self.peek().cloned() else {
            return Err(self.unexpected("the alarm's name is wanted in quotation marks"));
        };
        if name.trim().is_empty() {
            return Err(self.unexpected("the alarm's name is empty"));
        }
        self.at += 1;
        self.expect(")")?;
        let span = start.start..self.tokens[self.at - 1].1.end;
        Ok(Part::Condition(Condition::Alarm(name), span))
    }

    /// The name in parentheses; a bare word stays empty until [`settle`] finds the metric of its comparison.
    fn reference(&mut self, whose: Reference) -> Result<TermKind, RuleError> {
        self.at += 1;
        let name = if self.next_is("(") {
            self.argument()?
        } else {
            MetricName(String::new())
        };
        Ok(TermKind::Reference(whose, name))
    }

    fn aggregate(&mut self, fold: Aggregate) -> Result<TermKind, RuleError> {
        self.at += 1;
        Ok(TermKind::Aggregate(fold, self.argument()?))
    }

    fn argument(&mut self) -> Result<MetricName, RuleError> {
        self.expect("(")?;
        let Some(Token::Word(name)) = self.peek().cloned() else {
            return Err(self.unexpected("a metric's name is wanted here"));
        };
        self.at += 1;
        if !self.next_is(")") {
            let mend = "one metric's name stands alone in parentheses: `max(latency_p99) < 2s`";
            return Err(self.unexpected("`)` is wanted here").mending(mend));
        }
        self.at += 1;
        Ok(MetricName(name))
    }
}

/// The value as whole minutes, where it is one.
fn whole(value: f64) -> Option<u32> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the value was found whole and in range"
    )]
    (value.fract() == 0.0 && (0.0..=100_000.0).contains(&value)).then_some(value as u32)
}
