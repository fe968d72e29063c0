//! Maps configuration to adapters: the one place that knows both.
//!
//! Nothing made here opens a connection; clients, TLS and tokens come with the first question.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use secrecy::SecretString;

use crate::{
    adapters::{
        artifacts, cloudwatch,
        cloudwatch::CloudWatch,
        flags::{FlagFile, HttpFlags, Recipe, Request, Shape, launchdarkly, unleash},
        github,
        github::{Client, ReadEvidence, TokenSource},
        probe::{CommandProbe, UrlProbe},
        script::Programs,
        slack::{self, Slack},
        smoke::{self, HttpSmoke},
        store::{ClicksOnDisk, StoreError, state_root},
    },
    config::{
        AwsAccount, Env, FLAGS_VARIABLES, Machine, Place, ProductionVersion, TeamFile, Token,
        WrittenRequest, file::SecretText,
    },
    domain::{
        Fault, FaultKind, Repository,
        flags::FlagProvider,
        policy::{Policy, SMOKE_VARIABLES, SmokeRule},
        question::Ask,
        smoke::{Suite, Test},
    },
    flight::{SmokeAsker, SmokeTests},
    ports::{Chat, Clock, Flags, Probe},
};

/// The repository that the layers name, or what to do about it.
pub fn repository(place: &Place) -> Result<&Repository, Fault> {
    place
        .repository
        .as_ref()
        .map(|at| &at.value)
        .ok_or_else(|| {
            let detail =
                "run cockpit in a checkout with an `origin`, or name it with --repo OWNER/NAME";
            Fault::new(FaultKind::Local, "which repository is not known", detail)
        })
}

/// GitHub for the place's repository, with one workflow and environment (`Client::for_workflow` gives others).
pub fn github(
    place: &Place,
    workflow: &str,
    environment: &str,
    clock: Arc<dyn Clock>,
) -> Result<Client, Fault> {
    let repository = repository(place)?.clone();
    let token = match &place.token {
        Token::Environment { value, .. } => TokenSource::Value(value.clone()),
        Token::Gh => TokenSource::first_of(None, &repository.host),
        Token::Missing => {
            let detail = "set GH_TOKEN, or drop `token = \"environment\"` from your own config";
            return Err(Fault::new(
                FaultKind::Unauthenticated,
                "GitHub: no token",
                detail,
            ));
        }
    };
    let mut settings = github::Settings::new(repository, token, workflow, environment);
    settings.base.clone_from(&place.api.value);
    let client = Client::new(settings, clock, evidence_reader())?;
    Ok(client.opening_files(Arc::new(artifacts::file_in)))
}

/// The readers of artifacts, as the client takes them.
pub fn evidence_reader() -> ReadEvidence {
    Arc::new(|kind, bytes| artifacts::read(kind, &bytes))
}

/// CloudWatch in every account of the file.
pub fn cloudwatch(accounts: &[AwsAccount], clock: Arc<dyn Clock>) -> CloudWatch {
    let settings = accounts.iter().map(|account| cloudwatch::Settings {
        name: account.name.clone(),
        profile: account.profile.clone(),
        region: account.region.clone(),
        ..cloudwatch::Settings::default()
    });
    CloudWatch::new(settings.collect(), clock)
}

/// The question to production, where the file has one.
pub fn probe(production: Option<&ProductionVersion>) -> Result<Option<Arc<dyn Probe>>, Fault> {
    Ok(match production {
        None => None,
        Some(ProductionVersion::Url {
            url,
            pointer,
            timeout,
        }) => {
            let limit = Duration::try_from(*timeout).unwrap_or(Duration::from_secs(10));
            let url = url.parse().map_err(|why| {
                Fault::new(FaultKind::Local, "production.version.url", format!("{why}"))
            })?;
            Some(Arc::new(UrlProbe::new(url, pointer.clone(), limit)))
        }
        Some(ProductionVersion::Command { arguments, timeout }) => {
            let script = Arc::new(Programs::default());
            Some(Arc::new(CommandProbe::new(
                script,
                arguments.clone(),
                *timeout,
            )))
        }
    })
}

/// The smoke tests of the rules, with what they may have of the environment.
pub fn smoke(team: &TeamFile, env: &Env, clock: &Arc<dyn Clock>) -> Result<SmokeTests, Fault> {
    let asker = |rule: Option<&SmokeRule>, suite: Option<&Suite>| -> Result<_, Fault> {
        let (Some(rule), Some(suite)) = (rule, suite) else {
            return Ok(None);
        };
        let base = rule.url.as_deref().map(smoke::base).transpose();
        let mut settings = smoke::Settings {
            base: base.map_err(|why| Fault::new(FaultKind::Local, "smoke.url", why))?,
            ..smoke::Settings::default()
        };
        let named = suite.tests.iter().flat_map(Test::variables);
        for name in named.filter(|name| name.starts_with(SMOKE_VARIABLES)) {
            if let Some(value) = env.secret(&name) {
                settings.secrets.insert(name, value.clone());
            }
        }
        let port = Arc::new(HttpSmoke::new(settings, Arc::clone(clock)));
        let suite = Arc::new(suite.clone());
        Ok(Some(SmokeAsker { suite, port }))
    };
    let (rules, suites) = (&team.policy.smoke, &team.smoke);
    Ok(SmokeTests {
        before: asker(rules.before.as_ref(), suites.before.as_ref())?,
        after: asker(rules.after.as_ref(), suites.after.as_ref())?,
    })
}

/// The variable that names the bot's token, where the rules name no other.
const BOT_TOKEN: &str = "SLACK_BOT_TOKEN";
/// The same of the app's.
const APP_TOKEN: &str = "SLACK_APP_TOKEN";

/// Slack's tokens and address as this machine has them; `None` where the rules name no Slack or no token is set.
pub fn slack_settings(team: &TeamFile, env: &Env) -> Option<slack::Settings> {
    let table = team.table.slack.as_ref()?;
    let secret = |written: Option<&SecretText>, usual: &str| {
        let name = written.and_then(|text| text.0.strip_prefix("env:"));
        env.secret(name.unwrap_or(usual)).cloned()
    };
    let bot = secret(table.bot_token.as_ref().map(|at| &at.value), BOT_TOKEN)?;
    let app = secret(table.app_token.as_ref().map(|at| &at.value), APP_TOKEN);
    let mut settings = slack::Settings::new(bot, app);
    if let Some(base) = env.get("SLACK_API_URL") {
        base.clone_into(&mut settings.base);
    }
    Some(settings)
}

/// Slack, where the rules name it and a token is set. Clicks that are on their way to the record lie below `root`.
pub fn slack(
    team: &TeamFile,
    env: &Env,
    clock: &Arc<dyn Clock>,
    root: &Path,
) -> Result<Option<Arc<dyn Chat>>, Fault> {
    let Some(settings) = slack_settings(team, env) else {
        return Ok(None);
    };
    let app = settings.app.clone();
    let mut slack = Slack::new(settings, Arc::clone(clock))?;
    if let Some(app) = app {
        slack = slack.keeping(Arc::new(ClicksOnDisk::new(root, app)));
    }
    Ok(Some(Arc::new(slack)))
}

/// What prerequisites may see of the environment: the variables that the rules name.
pub fn variables(policy: &Policy, env: &Env) -> Arc<BTreeMap<String, SecretString>> {
    let rules = policy.prerequisites.iter();
    let named = rules.filter_map(|rule| match &rule.ask {
        Ask::Variable { name, .. } => Some((name.clone(), env.secret(name)?.clone())),
        _ => None,
    });
    Arc::new(named.collect())
}

/// Who keeps the flags of the rules, with what it may have of the environment.
pub fn flags(team: &TeamFile, env: &Env) -> Option<Arc<dyn Flags>> {
    let source = team.flags.as_ref()?;
    let request = |written: &WrittenRequest| Request {
        method: written.method.clone(),
        url: written.url.clone(),
        headers: written.headers.clone().into_iter().collect(),
        body: written.body.clone(),
    };
    let base = source.base.as_deref().unwrap_or_default();
    let (read, shape, kill) = match source.provider {
        FlagProvider::Unleash => unleash(base),
        FlagProvider::Launchdarkly => launchdarkly(base),
        FlagProvider::Flagd => {
            let file = source.file.as_ref()?;
            return Some(Arc::new(FlagFile::new(file.into())));
        }
        FlagProvider::Http => {
            let (read, kill) = (source.read.as_ref()?, source.kill.as_ref()?);
            let shape = Shape {
                pointer: read.pointer.clone(),
                on: read.on.clone(),
            };
            (request(&read.request), shape, request(kill))
        }
    };
    // Rules may name variables of their own only: checked when they were read, and once more where it counts.
    let named = source
        .token
        .as_ref()
        .filter(|name| name.starts_with(FLAGS_VARIABLES));
    Some(Arc::new(HttpFlags::new(Recipe {
        read,
        shape,
        kill,
        environment: source.environment.clone(),
        project: source.project.clone(),
        token: named.and_then(|name| env.secret(name)).cloned(),
        token_name: source.token.clone(),
        limit: Duration::from_secs(10),
    })))
}

/// Where journals lie: what the layers say, else the platform's state folder.
pub fn state_folder(machine: &Machine) -> Result<PathBuf, StoreError> {
    match &machine.state_dir {
        Some(at) => Ok(at.value.clone()),
        None => state_root(),
    }
}
