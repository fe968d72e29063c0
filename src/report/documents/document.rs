//! Which documents there are, in which forms, and how one is written.

use super::{
    decision, hand_over, incident, json, notes,
    page::Page,
    plan::{PlanFacts, plan},
    post, production, verification,
};
use crate::{
    domain::release::Recorded,
    report::{STAGING_REPORT, StagingReport},
};

/// A document about a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Document {
    /// What was known when production was decided on.
    PreDeploymentChecklist,
    /// Every event.
    DeploymentLogProduction,
    /// What was verified after.
    PostDeploymentVerification,
    /// What is in it.
    ReleaseNotes,
    /// Whether staging is ready, and why.
    StagingValidationReport,
    /// The runbook.
    ProductionDeploymentPlan,
    /// The whole release on one page.
    PostDeploymentReport,
    /// After a rollback.
    IncidentReport,
    /// Who decided what, when.
    GateDecision,
    /// Where an open release stands.
    HandOver,
    /// Everything for machines.
    DeploymentRecord,
}

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Markdown.
    Markdown,
    /// One HTML file.
    Html,
    /// One JSON object.
    Json,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Markdown, Self::Html, Self::Json];

    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Json => "json",
        }
    }
}

impl Document {
    /// Every document, in the order in which a release needs them.
    pub const ALL: [Self; 11] = [
        Self::StagingValidationReport,
        Self::ProductionDeploymentPlan,
        Self::PreDeploymentChecklist,
        Self::GateDecision,
        Self::DeploymentLogProduction,
        Self::PostDeploymentVerification,
        Self::PostDeploymentReport,
        Self::IncidentReport,
        Self::HandOver,
        Self::ReleaseNotes,
        Self::DeploymentRecord,
    ];

    /// Its file's name without the ending.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreDeploymentChecklist => "pre-deployment-checklist",
            Self::DeploymentLogProduction => "deployment-log-production",
            Self::PostDeploymentVerification => "post-deployment-verification",
            Self::ReleaseNotes => "release-notes",
            Self::StagingValidationReport => STAGING_REPORT,
            Self::ProductionDeploymentPlan => "production-deployment-plan",
            Self::PostDeploymentReport => "post-deployment-report",
            Self::IncidentReport => "incident-report",
            Self::GateDecision => "gate-decision",
            Self::HandOver => "hand-over",
            Self::DeploymentRecord => "deployment-record",
        }
    }

    /// The document of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|document| document.name() == name)
    }

    /// The forms that it has.
    pub fn forms(self) -> &'static [Form] {
        match self {
            Self::StagingValidationReport => &[Form::Markdown, Form::Json],
            Self::DeploymentRecord => &[Form::Json],
            _ => &[Form::Markdown, Form::Html],
        }
    }

    /// Whether a release has got as far as this document, so that a whole set holds it.
    pub fn applies(self, recorded: &Recorded) -> bool {
        let release = recorded.release();
        match self {
            Self::IncidentReport => !release.rollback.attempts.is_empty(),
            Self::HandOver => !release.phase().is_end(),
            Self::PostDeploymentVerification => release.rollout.first_traffic.is_some(),
            _ => true,
        }
    }

    /// The document, ending in a line break; `None` where it does not have that form.
    ///
    /// A pure function of the journal: made again it is the same to the byte.
    pub fn write(self, recorded: &Recorded, form: Form) -> Option<String> {
        match (self, form) {
            (Self::StagingValidationReport, Form::Markdown) => {
                Some(StagingReport::of(recorded.release()).to_markdown())
            }
            (Self::StagingValidationReport, Form::Json) => {
                let report = StagingReport::of(recorded.release()).to_json();
                Some(format!("{report:#}\n"))
            }
            (Self::DeploymentRecord, Form::Json) => Some(format!("{:#}\n", json::record(recorded))),
            (_, Form::Markdown) => Some(self.page(recorded)?.to_markdown()),
            (_, Form::Html) => Some(self.page(recorded)?.to_html()),
            (_, Form::Json) => None,
        }
    }

    fn page(self, recorded: &Recorded) -> Option<Page> {
        Some(match self {
            Self::PreDeploymentChecklist => production::checklist(recorded),
            Self::DeploymentLogProduction => production::log(recorded),
            Self::PostDeploymentVerification => verification::page(recorded),
            Self::ReleaseNotes => notes::page(recorded),
            Self::ProductionDeploymentPlan => planned(recorded),
            Self::PostDeploymentReport => post::page(recorded),
            Self::IncidentReport => incident::page(recorded),
            Self::GateDecision => decision::page(recorded),
            Self::HandOver => hand_over::recorded(recorded),
            Self::StagingValidationReport | Self::DeploymentRecord => return None,
        })
    }
}

/// The plan as it was when production was decided on.
fn planned(recorded: &Recorded) -> Page {
    let release = match recorded.at_decision() {
        Some((_, then)) => then,
        None => recorded.release().clone(),
    };
    plan(&PlanFacts {
        policy: &release.policy,
        release: Some(&release),
        repository: Some(release.key.repository.slug()),
        unknown: Vec::new(),
    })
}
