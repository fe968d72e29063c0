//! DORA's bands: what each says, and which report says it.
//!
//! The bands come out of a cluster analysis of each year's survey, so they differ from year to year and are no limits that
//! anyone set. Lead time and frequency are those of the report of 2024 (Accelerate State of DevOps 2024, DORA, Google
//! Cloud), whose four ranges do not overlap. The change fail rate is the report of 2023's: its four figures (5%, 10%, 15%,
//! 64%) are in order, while those of 2024 are not (high 20%, medium 10%).

use serde::Serialize;

/// A level of performance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Elite.
    Elite,
    /// High.
    High,
    /// Medium.
    Medium,
    /// Low.
    Low,
}

impl Level {
    /// All, the best first.
    pub const ALL: [Self; 4] = [Self::Elite, Self::High, Self::Medium, Self::Low];

    /// In words.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Elite => "elite",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// What is measured against bands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// From commit to production.
    LeadTime,
    /// How often production is deployed.
    Frequency,
    /// Deploys that had to be taken back or repaired.
    FailRate,
}

impl Measure {
    /// What the level means here.
    pub const fn means(self, level: Level) -> &'static str {
        match (self, level) {
            (Self::LeadTime, Level::Elite) => "less than one day",
            (Self::LeadTime, Level::High) => "one day to one week",
            (Self::LeadTime, Level::Medium) => "one week to one month",
            (Self::LeadTime, Level::Low) => "more than one month",
            (Self::Frequency, Level::Elite) => "on demand, more than once a day",
            (Self::Frequency, Level::High) => "once a day to once a week",
            (Self::Frequency, Level::Medium) => "once a week to once a month",
            (Self::Frequency, Level::Low) => "less than once a month",
            (Self::FailRate, Level::Elite) => "5% at most",
            (Self::FailRate, Level::High) => "10% at most",
            (Self::FailRate, Level::Medium) => "15% at most",
            (Self::FailRate, Level::Low) => "more than 15%",
        }
    }

    /// Where that stands.
    pub const fn source(self) -> &'static str {
        match self {
            Self::LeadTime | Self::Frequency => "Accelerate State of DevOps Report 2024 (DORA)",
            Self::FailRate => "Accelerate State of DevOps Report 2023 (DORA)",
        }
    }

    /// How far cockpit's figure is DORA's.
    pub const fn caveat(self) -> &'static str {
        match self {
            Self::LeadTime => {
                "from the newest commit of each deploy; older commits of the same deploy waited longer"
            }
            Self::Frequency => "successful deploys of the configured job, by days of the calendar",
            Self::FailRate => {
                "rollbacks alone: DORA's change fail rate also counts hotfixes and incidents, so it is not below this"
            }
        }
    }

    /// The level of a value: seconds, deploys a day, a share from 0 to 1.
    pub fn level(self, value: f64) -> Level {
        const DAY: f64 = 86_400.0;
        let limits = match self {
            Self::LeadTime => [DAY, 7.0 * DAY, 30.0 * DAY],
            // Turned round, so that less is better here too.
            Self::Frequency => [1.0, 7.0, 30.0],
            Self::FailRate => [0.05, 0.10, 0.15],
        };
        let value = if self == Self::Frequency {
            1.0 / value.max(1e-9)
        } else {
            value
        };
        let is_strict = self != Self::FailRate;
        let holds = |limit: &f64| {
            if is_strict {
                value < *limit
            } else {
                value <= *limit
            }
        };
        limits
            .iter()
            .position(holds)
            .map_or(Level::Low, |at| Level::ALL[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_meet_at_their_limits() {
        let day = 86_400.0;
        assert_eq!(Measure::LeadTime.level(0.9 * day), Level::Elite);
        assert_eq!(Measure::LeadTime.level(day), Level::High);
        assert_eq!(Measure::LeadTime.level(8.0 * day), Level::Medium);
        assert_eq!(Measure::LeadTime.level(31.0 * day), Level::Low);
        assert_eq!(Measure::Frequency.level(1.5), Level::Elite);
        assert_eq!(Measure::Frequency.level(0.5), Level::High);
        assert_eq!(Measure::Frequency.level(0.1), Level::Medium);
        assert_eq!(Measure::Frequency.level(0.0), Level::Low);
        assert_eq!(Measure::FailRate.level(0.05), Level::Elite);
        assert_eq!(Measure::FailRate.level(0.16), Level::Low);
    }
}
