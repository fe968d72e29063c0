//! The stories that a world can play, by name, and how each should end. Knows nothing of how they are played.

use std::{fmt, str::FromStr};

/// What happens in a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scenario {
    /// All goes well.
    Healthy,
    /// Errors rise after the deploy.
    Regression,
    /// The 99th percentile creeps up within the window.
    SlowBurn,
    /// A required test failed in the report though the job is green.
    StagingFailed,
    /// The metrics stop at the deploy.
    NoData,
    /// 5xx, resets, slow answers, rate limits.
    FlakyNetwork,
    /// Someone approves in the browser.
    ApprovedElsewhere,
    /// Every rollback run fails.
    RollbackFails,
    /// The deploy run still holds the lane when the rollback comes, and a cancelled run goes on for a while.
    RollbackRaces,
    /// No environment protection: cockpit starts `production.yml`.
    DispatchGate,
    /// Nothing was ever deployed.
    FirstRelease,
    /// Three environments, each with its own review.
    Canary,
    /// Three environments; the deploy of the second fails.
    StageFails,
    /// CloudWatch answers errors for a while after the deploy, and never tells of one metric.
    MetricsBroken,
    /// Everything that makes a person hesitate, and it ends well.
    Risky,
    /// A blackout lies over the first minutes.
    Freeze,
    /// A smoke test fails after the deploy, though no metric says so.
    SmokeFails,
    /// Three environments; the later ones were agreed to with the first.
    CanaryAdvance,
    /// Two fleets: errors rise after the switch, and what was agreed to switches back.
    BlueGreen,
    /// Two regions in turn.
    Rolling,
    /// A restart with a cold cache right after the deploy, over within minutes.
    RestartBlip,
    /// A request every few minutes.
    LowTraffic,
    /// An alarm fires since long before the release.
    AlarmBefore,
    /// Tens of thousands of test cases and jobs that never stand still: to measure on.
    Storm,
    /// A shard of the end-to-end tests reports late, while a person decides.
    EvidenceChanged,
    /// Errors rise after the deploy, and another manager's claim of the seat has run out: made for two cockpits.
    TwoManagers,
    /// Half a year of deploys lies behind it, and it ends well.
    Months,
    /// A feature flag lets errors in: it is switched off, and the version stays.
    KillSwitch,
    /// People sign by clicks on Slack's card, one of them twice.
    SlackApprove,
    /// A stranger and an author click on the card first.
    SlackStranger,
    /// Nobody answers in time: it is escalated, and then people sign.
    TimeoutEscalates,
    /// Production is not enabled: nobody can approve.
    PrerequisiteFails,
}

/// A name that is no scenario's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no scenario is called {name:?}; there are: {}", names())]
pub struct UnknownScenario {
    /// The name as given.
    pub name: String,
}

fn names() -> String {
    Scenario::all().map(Scenario::name).join(", ")
}

impl Scenario {
    /// All of them, in the order of the documentation.
    pub const fn all() -> [Self; 32] {
        [
            Self::Healthy,
            Self::Regression,
            Self::SlowBurn,
            Self::StagingFailed,
            Self::NoData,
            Self::FlakyNetwork,
            Self::ApprovedElsewhere,
            Self::RollbackFails,
            Self::RollbackRaces,
            Self::DispatchGate,
            Self::FirstRelease,
            Self::Canary,
            Self::Risky,
            Self::Freeze,
            Self::SmokeFails,
            Self::CanaryAdvance,
            Self::BlueGreen,
            Self::Rolling,
            Self::RestartBlip,
            Self::LowTraffic,
            Self::AlarmBefore,
            Self::Storm,
            Self::EvidenceChanged,
            Self::TwoManagers,
            Self::Months,
            Self::KillSwitch,
            Self::SlackApprove,
            Self::SlackStranger,
            Self::TimeoutEscalates,
            Self::PrerequisiteFails,
            Self::StageFails,
            Self::MetricsBroken,
        ]
    }

    /// Reads a name as it is typed: `slow-burn`.
    pub fn parse(name: &str) -> Result<Self, UnknownScenario> {
        Self::all()
            .into_iter()
            .find(|s| s.name() == name)
            .ok_or_else(|| UnknownScenario {
                name: name.chars().take(80).collect(),
            })
    }

    /// Its name as it is typed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Regression => "regression",
            Self::SlowBurn => "slow-burn",
            Self::StagingFailed => "staging-failed",
            Self::NoData => "no-data",
            Self::FlakyNetwork => "flaky-network",
            Self::ApprovedElsewhere => "approved-elsewhere",
            Self::RollbackFails => "rollback-fails",
            Self::RollbackRaces => "rollback-races",
            Self::DispatchGate => "dispatch-gate",
            Self::FirstRelease => "first-release",
            Self::Canary => "canary",
            Self::Risky => "risky",
            Self::Freeze => "freeze",
            Self::SmokeFails => "smoke-fails",
            Self::CanaryAdvance => "canary-advance",
            Self::BlueGreen => "blue-green",
            Self::Rolling => "rolling",
            Self::RestartBlip => "restart-blip",
            Self::LowTraffic => "low-traffic",
            Self::AlarmBefore => "alarm-before",
            Self::Storm => "storm",
            Self::EvidenceChanged => "evidence-changed",
            Self::TwoManagers => "two-managers",
            Self::Months => "months",
            Self::KillSwitch => "kill-switch",
            Self::SlackApprove => "slack-approve",
            Self::SlackStranger => "slack-stranger",
            Self::TimeoutEscalates => "timeout-escalates",
            Self::PrerequisiteFails => "prerequisite-fails",
            Self::StageFails => "stage-fails",
            Self::MetricsBroken => "metrics-broken",
        }
    }

    /// Whether the rules name Slack.
    pub(super) const fn has_slack(self) -> bool {
        matches!(
            self,
            Self::SlackApprove | Self::SlackStranger | Self::TimeoutEscalates
        )
    }

    /// Whether a canary is out for a while.
    pub(super) const fn is_canary(self) -> bool {
        matches!(self, Self::Canary | Self::CanaryAdvance | Self::StageFails)
    }

    /// How a release ends here when an operator approves, and rolls back on a trigger.
    pub const fn expected_outcome(self) -> &'static str {
        match self {
            Self::Healthy
            | Self::FlakyNetwork
            | Self::ApprovedElsewhere
            | Self::DispatchGate
            | Self::FirstRelease
            | Self::Canary
            | Self::CanaryAdvance
            | Self::Rolling
            | Self::Risky
            | Self::Freeze
            | Self::RestartBlip
            | Self::AlarmBefore
            | Self::Storm
            | Self::EvidenceChanged
            | Self::Months
            | Self::KillSwitch
            | Self::SlackApprove
            | Self::SlackStranger
            | Self::TimeoutEscalates
            | Self::MetricsBroken => "DEPLOYMENT_COMPLETE",
            Self::Regression
            | Self::TwoManagers
            | Self::SlowBurn
            | Self::RollbackRaces
            | Self::BlueGreen
            | Self::StageFails
            | Self::SmokeFails => "ROLLED_BACK",
            Self::StagingFailed => "STAGING_FAILED",
            Self::PrerequisiteFails => "REJECTED",
            Self::NoData | Self::LowTraffic => "NEEDS_HUMAN",
            Self::RollbackFails => "ROLLBACK_FAILED",
        }
    }

    /// One line for people.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Healthy => "all goes well",
            Self::Regression => "errors rise to about 3% after the deploy",
            Self::SlowBurn => "p99 creeps above 500 ms within the window",
            Self::StagingFailed => "a required E2E test failed, though its job is green",
            Self::NoData => "the metrics stop at the deploy",
            Self::FlakyNetwork => "server errors, resets, slow answers and rate limits",
            Self::ApprovedElsewhere => "someone approves in the browser two minutes in",
            Self::RollbackFails => "errors rise, and every rollback run fails",
            Self::RollbackRaces => "the deploy run holds the lane when the rollback comes",
            Self::DispatchGate => "no environment protection: cockpit starts production.yml",
            Self::FirstRelease => "nothing was deployed before: no baseline, no way back",
            Self::Canary => "5%, 25%, 100%: three environments, three reviews",
            Self::StageFails => {
                "5%, then the deploy to 25% fails: partial, and rolled back; the failed jobs run again would pass"
            }
            Self::MetricsBroken => {
                "CloudWatch answers errors for five minutes, and may never tell of the CPU"
            }
            Self::Risky => {
                "a migration, hot paths, a vulnerable dependency: it ends well all the same"
            }
            Self::Freeze => "a blackout ends ten minutes in; until then nobody can approve",
            Self::CanaryAdvance => "5%, 25%, 100%: agreed to once, goes on when every gate passes",
            Self::BlueGreen => {
                "two fleets: errors rise after the switch, the rollback was agreed to"
            }
            Self::Rolling => "two regions in turn, at most a quarter of the hosts away",
            Self::SmokeFails => "the checkout breaks: a smoke test fails, no metric does",
            Self::RestartBlip => "slow for two minutes after the deploy: marked, alarms nobody",
            Self::LowTraffic => "a request every few minutes: cannot tell, a person decides",
            Self::AlarmBefore => "an alarm fires since long before: set apart, rolls nothing back",
            Self::Storm => {
                "50,000 test cases, and 40 jobs and alarms that never stand still: to measure on"
            }
            Self::EvidenceChanged => {
                "a late test report comes while you decide: the approval locks and says what changed"
            }
            Self::TwoManagers => "errors rise; whoever drove before closed the laptop: for two",
            Self::KillSwitch => "a flag lets errors in: K switches it off, the version stays",
            Self::Months => "half a year of deploys behind it: what `cockpit scorecard` adds up",
            Self::SlackApprove => "two people sign by clicks on Slack's card, one of them twice",
            Self::SlackStranger => "a stranger and an author click first, and are told why not",
            Self::TimeoutEscalates => "nobody answers for ten minutes: escalated, then signed",
            Self::PrerequisiteFails => {
                "production is not enabled: it is refused, and the operator rejects"
            }
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Scenario {
    type Err = UnknownScenario;
    fn from_str(name: &str) -> Result<Self, UnknownScenario> {
        Self::parse(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for scenario in Scenario::all() {
            assert_eq!(Scenario::parse(scenario.name()), Ok(scenario));
        }
    }

    #[test]
    fn a_wrong_name_is_told_the_right_ones() {
        let said = Scenario::parse("helthy").unwrap_err().to_string();
        assert!(
            said.contains("healthy") && said.contains("canary"),
            "{said}"
        );
    }
}
