//! The scorecard: four panels over a while, each with its trend by week.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Deploy, Deploys, Level, Measure, Share, Split, Spread, Week, weeks};
use crate::domain::{Text, wording};

/// The four panels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card {
    /// From when on.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// What it is made of, by repository.
    pub sources: Vec<Source>,
    /// 22: from commit to production.
    pub lead: Lead,
    /// 23: deploys that were taken back.
    pub rollbacks: Rollbacks,
    /// 24: how often.
    pub frequency: Frequency,
    /// 25: errors after deploys.
    pub errors: AfterDeploys,
    /// Every week, the oldest first.
    pub weeks: Vec<Week>,
    /// What a reader must know.
    pub remarks: Vec<Text>,
}

/// What one repository gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Source {
    /// `owner/name`.
    pub repository: String,
    /// The environment.
    pub environment: String,
    /// The job, `deploy.yml: deploy`.
    pub job: String,
    /// Deploys that came to production.
    pub deploys: usize,
    /// How many of them a journal of this machine tells of.
    pub journalled: usize,
    /// As of when GitHub's part is; `None`: nothing was ever read.
    pub read: Option<Timestamp>,
    /// Whether all of it was read as far back as asked for.
    pub whole: bool,
}

/// Panel 22.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lead {
    /// Seconds.
    pub total_s: Option<Spread>,
    /// The mean of each part, in seconds: they add up to the mean of the whole.
    pub parts_s: Option<Parts>,
    /// DORA's band of the median.
    pub level: Option<Level>,
}

/// Mean seconds of each part of the lead time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Parts {
    /// Jobs before production.
    pub build: f64,
    /// Nothing worked.
    pub queue: f64,
    /// A person was waited for.
    pub human: f64,
    /// Production was being changed.
    pub bake: f64,
}

/// Panel 23.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rollbacks {
    /// Of the deploys that touched production, those that were taken back.
    pub rate: Option<Share>,
    /// Rollback runs that failed; no part of the rate.
    pub failed_runs: usize,
    /// DORA's band of the share.
    pub level: Option<Level>,
}

/// Panel 24.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Frequency {
    /// Deploys that came to production.
    pub deploys: usize,
    /// Deploys that began and never came there.
    pub failed: usize,
    /// In how many days of the calendar.
    pub days: f64,
    /// Deploys a week.
    pub per_week: f64,
    /// DORA's band; `None` without any deploy.
    pub level: Option<Level>,
}

/// Panel 25.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AfterDeploys {
    /// Per cent, one value a deploy.
    pub percent: Option<Spread>,
    /// Deploys without one.
    pub without: usize,
}

/// A repository's deliveries with how they were read.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// The deliveries.
    pub deploys: Deploys,
    /// As of when.
    pub read: Option<Timestamp>,
    /// Whether all was read.
    pub whole: bool,
}

impl Card {
    /// The scorecard of these repositories together.
    pub fn of(reads: &[Read], since: Timestamp, until: Timestamp) -> Self {
        let within = |one: &&Deploy| one.at() >= since && one.at() < until;
        let mut all: Vec<&Deploy> = reads
            .iter()
            .flat_map(|read| read.deploys.all.iter())
            .filter(within)
            .collect();
        all.sort_by_key(|one| one.at());
        let live = all.iter().filter(|one| one.live.is_some()).count();
        Self {
            since,
            until,
            sources: reads
                .iter()
                .map(|read| source(read, since, until))
                .collect(),
            lead: lead(&all),
            rollbacks: rollbacks(reads, &all),
            frequency: frequency(live, all.len() - live, until.duration_since(since)),
            errors: AfterDeploys {
                percent: Spread::of(all.iter().filter_map(|one| one.errors).map(|e| e.percent)),
                without: all.iter().filter(|one| one.errors.is_none()).count(),
            },
            weeks: weeks(&all, since, until),
            remarks: remarks(reads, &all),
        }
    }
}

fn source(read: &Read, since: Timestamp, until: Timestamp) -> Source {
    let scope = &read.deploys.scope;
    let live: Vec<&Deploy> = read
        .deploys
        .all
        .iter()
        .filter(|one| one.live.is_some_and(|at| at >= since && at < until))
        .collect();
    Source {
        repository: scope.repository.slug(),
        environment: scope.environment.clone(),
        job: format!("{}: {}", scope.workflow, scope.job),
        deploys: live.len(),
        journalled: live.iter().filter(|one| one.journalled).count(),
        read: read.read,
        whole: read.whole,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds and counts far below 2^52"
)]
fn lead(all: &[&Deploy]) -> Lead {
    let splits: Vec<Split> = all.iter().filter_map(|one| one.split).collect();
    let total_s = Spread::of(splits.iter().map(|split| split.total_s() as f64));
    let mean = |part: fn(&Split) -> i64| {
        splits.iter().map(|split| part(split) as f64).sum::<f64>() / splits.len() as f64
    };
    Lead {
        total_s,
        parts_s: total_s.map(|_| Parts {
            build: mean(|split| split.build_s),
            queue: mean(|split| split.queue_s),
            human: mean(|split| split.human_s),
            bake: mean(|split| split.bake_s),
        }),
        level: total_s.map(|spread| Measure::LeadTime.level(spread.median)),
    }
}

fn rollbacks(reads: &[Read], all: &[&Deploy]) -> Rollbacks {
    let back = all.iter().filter(|one| one.rolled_back.is_some()).count();
    let touched = all
        .iter()
        .filter(|one| one.live.is_some() || one.rolled_back.is_some())
        .count();
    let rate = Share::of(back, touched);
    Rollbacks {
        rate,
        failed_runs: reads.iter().map(|read| read.deploys.failed_rollbacks).sum(),
        level: rate.map(|rate| Measure::FailRate.level(rate.share)),
    }
}

fn frequency(deploys: usize, failed: usize, span: SignedDuration) -> Frequency {
    let days = (span.as_secs_f64() / 86_400.0).max(1.0 / 24.0);
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    let a_day = deploys as f64 / days;
    Frequency {
        deploys,
        failed,
        days,
        per_week: a_day * 7.0,
        level: (deploys > 0).then(|| Measure::Frequency.level(a_day)),
    }
}

fn remarks(reads: &[Read], all: &[&Deploy]) -> Vec<Text> {
    let mut said = Vec::new();
    for read in reads.iter().filter(|read| !read.whole) {
        let slug = read.deploys.scope.repository.slug();
        said.push(format!(
            "{slug}: not everything was read as far back as asked for; the numbers are of what is there"
        ));
    }
    let untold: usize = reads.iter().map(|read| read.deploys.untold).sum();
    if untold > 0 {
        said.push(format!(
            "{} left out: GitHub does not tell which job made them",
            wording::count(untold as u64, "deployment")
        ));
    }
    let again = all
        .iter()
        .filter(|one| one.live.is_some() && one.split.is_none())
        .count();
    if again > 0 {
        said.push(format!(
            "{} without a lead time: the commit was in production before, or its time is not known or lies after the deploy",
            wording::count(again as u64, "deploy")
        ));
    }
    for read in reads {
        if read.deploys.scope.rollback.is_none() {
            said.push(format!(
                "{}: the rules name no rollback workflow; rollbacks are known from journals alone",
                read.deploys.scope.repository.slug()
            ));
        }
    }
    said.iter().map(|line| Text::line(line)).collect()
}
