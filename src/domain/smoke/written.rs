//! Text of a test's file that may name secrets: `env:NAME` alone, `${NAME}` inside. Knows names, never values.

/// Longest name of a variable.
const LONGEST_NAME: usize = 128;

/// A text with places for variables of the environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Plain(String),
    Variable(String),
}

impl Written {
    /// Reads `env:NAME` (the whole text), `${NAME}` and `${env:NAME}` (anywhere); `$${` is a literal `${`. The error is
    /// a fragment that says the right form.
    pub fn parse(raw: &str) -> Result<Self, String> {
        if let Some(name) = raw.trim().strip_prefix("env:") {
            return Ok(Self(vec![Part::Variable(variable(name)?)]));
        }
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = raw;
        while let Some(at) = rest.find("${") {
            if rest[..at].ends_with('$') {
                plain.push_str(&rest[..at - 1]);
                plain.push_str("${");
                rest = &rest[at + 2..];
                continue;
            }
            plain.push_str(&rest[..at]);
            let inner = &rest[at + 2..];
            let Some(end) = inner.find('}') else {
                return Err(
                    "`${` has no `}`: write ${NAME}, or $${ for the signs themselves".into(),
                );
            };
            let name = inner[..end].trim();
            if !plain.is_empty() {
                parts.push(Part::Plain(std::mem::take(&mut plain)));
            }
            parts.push(Part::Variable(variable(
                name.strip_prefix("env:").unwrap_or(name),
            )?));
            rest = &inner[end + 1..];
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Plain(plain));
        }
        Ok(Self(parts))
    }

    /// As [`Written::parse`], and a scheme before it: `Bearer env:NAME`.
    pub fn parse_header(raw: &str) -> Result<Self, String> {
        match raw.trim().rsplit_once(' ') {
            Some((scheme, last)) if last.starts_with("env:") => {
                let mut head = Self::parse(scheme)?;
                head.0.push(Part::Plain(" ".to_owned()));
                head.0.extend(Self::parse(last)?.0);
                Ok(head)
            }
            _ => Self::parse(raw),
        }
    }

    /// The variables that it names, in order.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Variable(name) => Some(name.as_str()),
            Part::Plain(_) => None,
        })
    }

    /// The text with each variable's value; the error is the name of one that has none.
    pub fn fill<'v>(&self, value: &dyn Fn(&str) -> Option<&'v str>) -> Result<String, String> {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Plain(text) => out.push_str(text),
                Part::Variable(name) => out.push_str(value(name).ok_or_else(|| name.clone())?),
            }
        }
        Ok(out)
    }
}

fn variable(name: &str) -> Result<String, String> {
    let right = name.len() <= LONGEST_NAME
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if right {
        Ok(name.to_owned())
    } else {
        Err("no name of an environment variable: write env:NAME or ${NAME}".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(raw: &str) -> Result<String, String> {
        Written::parse_header(raw)?.fill(&|name| (name == "TOKEN").then_some("s3cret"))
    }

    #[test]
    fn variables_are_found_and_filled() {
        for (raw, out) in [
            ("plain", "plain"),
            ("", ""),
            ("env:TOKEN", "s3cret"),
            ("Bearer env:TOKEN", "Bearer s3cret"),
            ("Bearer ${TOKEN}", "Bearer s3cret"),
            ("a${env:TOKEN}b${ TOKEN }", "as3cretbs3cret"),
            ("$${TOKEN} costs $5", "${TOKEN} costs $5"),
            ("environment", "environment"),
            ("é${TOKEN}é", "és3creté"),
        ] {
            assert_eq!(filled(raw).as_deref(), Ok(out), "{raw}");
        }
    }

    #[test]
    fn what_has_no_value_or_no_name_is_said() {
        assert_eq!(filled("${OTHER}"), Err("OTHER".to_owned()));
        for raw in [
            "env:",
            "env:A-B",
            "env:1A",
            "${",
            "${}",
            "${a b}",
            "x ${TOKEN",
            "env:a b",
        ] {
            assert!(Written::parse(raw).is_err(), "{raw}");
        }
        let long = format!("env:{}", "A".repeat(129));
        assert!(Written::parse(&long).is_err());
    }
}
