//! Who holds a claim: a login on a machine.

use serde::{Deserialize, Serialize};

use crate::domain::{Login, Malformed, Text};

/// One state folder: what tells two machines of the same host name apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MachineId(String);

impl MachineId {
    /// Reads 16 to 64 lower-case hexadecimal digits.
    pub fn parse(raw: &str) -> Result<Self, Malformed> {
        let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if (16..=64).contains(&raw.len()) && raw.bytes().all(digit) {
            Ok(Self(raw.to_owned()))
        } else {
            Err(Malformed::new(raw, "a machine's id"))
        }
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MachineId {
    type Error = Malformed;

    fn try_from(raw: String) -> Result<Self, Malformed> {
        Self::parse(&raw)
    }
}

impl From<MachineId> for String {
    fn from(id: MachineId) -> Self {
        id.0
    }
}

/// A person's cockpit on a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Whose token it has.
    pub login: Login,
    /// What people call the machine.
    pub host: Text,
    /// What cockpit calls it.
    pub machine: MachineId,
}

impl Holder {
    /// `@ben on laptop-2`.
    pub fn in_words(&self) -> Text {
        Text::line(&format!("@{} on {}", self.login, self.host.first_line()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_hexadecimal_digits_and_nothing_else() {
        assert!(MachineId::parse("0123456789abcdef").is_ok());
        for bad in [
            "",
            "0123",
            "0123456789ABCDEF",
            "0123456789abcde/",
            &"a".repeat(65),
        ] {
            assert!(MachineId::parse(bad).is_err(), "{bad}");
        }
    }
}
