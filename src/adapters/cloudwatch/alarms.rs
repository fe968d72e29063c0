//! The alarms port: metric and composite alarms by name, in every account, or a fault; never a silent "no alarm".

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::{
    operation::describe_alarms::DescribeAlarmsOutput,
    primitives::DateTime,
    types::{AlarmType, CompositeAlarm, MetricAlarm, StateValue},
};
use futures_util::future::try_join_all;
use jiff::Timestamp;

use super::{CloudWatch, account::Account, fault::Question};
use crate::{
    domain::{
        Fault, FaultKind, Text,
        observation::{AlarmSnapshot, AlarmState},
    },
    ports::{Alarms, Asked},
};

/// Most names of one question, and alarms of one page.
const MOST_NAMES: usize = 100;

/// Most pages of one answer: 100 names need two at most, one a kind.
const MOST_PAGES: usize = 10;

impl Alarms for CloudWatch {
    fn read<'a>(&'a self, names: &'a [String]) -> Asked<'a, Vec<AlarmSnapshot>> {
        Box::pin(async move {
            let accounts = self.accounts.iter().map(|account| account.alarms(names));
            let mut found: BTreeMap<Text, AlarmSnapshot> = BTreeMap::new();
            for alarm in try_join_all(accounts).await?.into_iter().flatten() {
                // The same name in two accounts: the worse one counts.
                let known = found.get(&alarm.name);
                if known.is_none_or(|known| badness(alarm.state) > badness(known.state)) {
                    found.insert(alarm.name.clone(), alarm);
                }
            }
            Ok(found.into_values().collect())
        })
    }
}

fn badness(state: AlarmState) -> u8 {
    match state {
        AlarmState::Ok => 0,
        AlarmState::InsufficientData => 1,
        AlarmState::Unknown => 2,
        AlarmState::Alarm => 3,
    }
}

impl Account {
    async fn alarms(&self, names: &[String]) -> Result<Vec<AlarmSnapshot>, Fault> {
        let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let mut found = Vec::new();
        for some in names.chunks(MOST_NAMES) {
            self.alarm_pages(some, &mut found).await?;
        }
        Ok(found)
    }

    async fn alarm_pages(
        &self,
        names: &[String],
        found: &mut Vec<AlarmSnapshot>,
    ) -> Result<(), Fault> {
        let mut token: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let page = self
                .patiently(|| self.alarm_page(names, token.as_deref()))
                .await?;
            let metric = page.metric_alarms().iter().map(metric_alarm);
            let composite = page.composite_alarms().iter().map(composite_alarm);
            let asked = |(name, _): &(&str, _)| names.iter().any(|asked| asked == name);
            found.extend(
                metric
                    .chain(composite)
                    .filter(asked)
                    .map(|(_, alarm)| alarm),
            );
            match page.next_token() {
                None | Some("") => return Ok(()),
                Some(next) => token = Some(next.to_owned()),
            }
        }
        let detail = format!("more than {MOST_PAGES} pages for {} names", names.len());
        Err(self.question().fault(FaultKind::TooLarge, detail))
    }

    async fn alarm_page(
        &self,
        names: &[String],
        token: Option<&str>,
    ) -> Result<DescribeAlarmsOutput, Fault> {
        self.client()
            .await
            .describe_alarms()
            .set_alarm_names(Some(names.to_vec()))
            // Composite alarms are told only when both kinds are named.
            .alarm_types(AlarmType::MetricAlarm)
            .alarm_types(AlarmType::CompositeAlarm)
            .max_records(100)
            .set_next_token(token.map(str::to_owned))
            .send()
            .await
            .map_err(|error| self.question().failed(&error))
    }

    fn question(&self) -> Question<'_> {
        Question {
            what: "alarms",
            action: "cloudwatch:DescribeAlarms",
            settings: &self.settings,
            now: self.clock.now(),
        }
    }
}

fn metric_alarm(alarm: &MetricAlarm) -> (&str, AlarmSnapshot) {
    let since = alarm
        .state_transitioned_timestamp()
        .or(alarm.state_updated_timestamp());
    snapshot(
        alarm.alarm_name(),
        alarm.state_value(),
        since,
        alarm.state_reason(),
    )
}

fn composite_alarm(alarm: &CompositeAlarm) -> (&str, AlarmSnapshot) {
    let since = alarm
        .state_transitioned_timestamp()
        .or(alarm.state_updated_timestamp());
    snapshot(
        alarm.alarm_name(),
        alarm.state_value(),
        since,
        alarm.state_reason(),
    )
}

fn snapshot<'a>(
    name: Option<&'a str>,
    state: Option<&StateValue>,
    since: Option<&DateTime>,
    reason: Option<&str>,
) -> (&'a str, AlarmSnapshot) {
    let name = name.unwrap_or("");
    let alarm = AlarmSnapshot {
        name: Text::line(name),
        state: match state {
            Some(StateValue::Ok) => AlarmState::Ok,
            Some(StateValue::Alarm) => AlarmState::Alarm,
            Some(StateValue::InsufficientData) => AlarmState::InsufficientData,
            _ => AlarmState::Unknown,
        },
        since: since.and_then(|at| Timestamp::from_second(at.secs()).ok()),
        reason: Text::line(reason.unwrap_or("")),
    };
    (name, alarm)
}
