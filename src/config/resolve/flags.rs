//! `[flags]`: which flags a release has, who keeps them, and how that is asked.

use std::collections::BTreeMap;

use url::Url;

use super::{findings::Findings, values::json_pointer};
use crate::{
    config::{
        At,
        file::{FlagKillTable, FlagsTable},
    },
    domain::{
        flags::{FlagProvider, FlagsRule, MOST_FLAGS},
        is_sealed,
    },
};

/// What variables of the provider's token begin with: a file of the repository must not name cockpit's own tokens.
pub const FLAGS_VARIABLES: &str = "FLAGS_";

/// How the provider is asked, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagsSource {
    /// Who keeps the flags.
    pub provider: FlagProvider,
    /// Base address of Unleash or `LaunchDarkly`.
    pub base: Option<String>,
    /// The variable that holds the token.
    pub token: Option<String>,
    /// The provider's project.
    pub project: String,
    /// Its environment.
    pub environment: String,
    /// The flagd file.
    pub file: Option<String>,
    /// With `http`: how a flag is read, and what the answer means.
    pub read: Option<WrittenRead>,
    /// With `http`: how it is switched off.
    pub kill: Option<WrittenRequest>,
}

/// A request with places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenRequest {
    /// Method.
    pub method: String,
    /// Address.
    pub url: String,
    /// Headers.
    pub headers: BTreeMap<String, String>,
    /// Body.
    pub body: Option<String>,
}

/// A read, and where its answer says "on".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenRead {
    /// The request.
    pub request: WrittenRequest,
    /// JSON pointer.
    pub pointer: String,
    /// What stands there when it is on.
    pub on: String,
}

const LAUNCHDARKLY: &str = "https://app.launchdarkly.com";
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The rule for the journal, and the source for the wiring.
pub(super) fn flags(
    at: &At<FlagsTable>,
    environment: &str,
    found: &mut Findings,
) -> (FlagsRule, FlagsSource) {
    let table = &at.value;
    let environment = table
        .environment
        .as_ref()
        .map_or_else(|| environment.to_owned(), |at| at.value.clone());
    let source = FlagsSource {
        provider: table.provider,
        base: address(table, found),
        token: token(table, found),
        project: table
            .project
            .as_ref()
            .map_or_else(|| "default".to_owned(), |at| at.value.clone()),
        environment: environment.clone(),
        file: table.file.as_ref().map(|at| at.value.clone()),
        read: read(table, found),
        kill: table.kill.as_ref().map(|at| kill(at, found)),
    };
    let missing = match table.provider {
        FlagProvider::Http if source.read.is_none() => Some("read"),
        FlagProvider::Http if source.kill.is_none() => Some("kill"),
        FlagProvider::Unleash if source.base.is_none() => Some("url"),
        FlagProvider::Flagd if source.file.is_none() => Some("file"),
        FlagProvider::Http
        | FlagProvider::Unleash
        | FlagProvider::Launchdarkly
        | FlagProvider::Flagd => None,
    };
    if let Some(key) = missing {
        let word = table.provider.word();
        let message = format!("{word} needs `{key}`");
        found.wrong(
            &at.span,
            message,
            "the README's section on flags shows one of each",
        );
    }
    let rule = FlagsRule {
        provider: table.provider,
        environment,
        names: names(at, found),
    };
    (rule, source)
}

fn names(at: &At<FlagsTable>, found: &mut Findings) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in &at.value.names {
        let raw = name.value.as_str();
        let fits = !raw.trim().is_empty() && raw.len() <= 200 && !raw.chars().any(char::is_control);
        if !fits {
            found.wrong(
                &name.span,
                "no name of a flag",
                "write it as the provider shows it",
            );
        } else if names.iter().any(|known| known == raw) {
            found.wrong(&name.span, format!("{raw} is here twice"), "name it once");
        }
        names.push(raw.to_owned());
    }
    if names.is_empty() {
        found.wrong(
            &at.span,
            "no flag is named",
            "write `names = [\"new-checkout\"]`",
        );
    }
    if names.len() > MOST_FLAGS {
        let message = format!("{} flags, at most {MOST_FLAGS}", names.len());
        found.wrong(
            &at.span,
            message,
            "name those that this service's releases turn on",
        );
    }
    names
}

fn checked(at: &At<String>, found: &mut Findings) -> String {
    // Places are filled later: what they are called is as good a name as any.
    let named = at.value.replace(['{', '}'], "");
    let help = "write https://flags.example.com";
    match Url::parse(&named) {
        Ok(url) if is_sealed(&url) => {}
        Ok(_) => found.wrong(&at.span, "a token would leave unencrypted", help),
        Err(error) => found.wrong(&at.span, format!("no address: {error}"), help),
    }
    at.value.clone()
}

fn address(table: &FlagsTable, found: &mut Findings) -> Option<String> {
    match &table.url {
        Some(at) => Some(checked(at, found)),
        None if table.provider == FlagProvider::Launchdarkly => Some(LAUNCHDARKLY.to_owned()),
        None => None,
    }
}

fn token(table: &FlagsTable, found: &mut Findings) -> Option<String> {
    let at = table.token.as_ref()?;
    let name = at.value.0.strip_prefix("env:").unwrap_or(&at.value.0);
    if !name.starts_with(FLAGS_VARIABLES) {
        let message = format!("{name} may be meant for somebody else");
        let help = format!("name the variable {FLAGS_VARIABLES}TOKEN: rules reach no others");
        found.wrong(&at.span, message, &help);
    }
    Some(name.to_owned())
}

fn method(at: Option<&At<String>>, default: &str, found: &mut Findings) -> String {
    let Some(at) = at else {
        return default.to_owned();
    };
    let upper = at.value.to_ascii_uppercase();
    if !METHODS.contains(&upper.as_str()) {
        let help = format!("one of {}", METHODS.join(", "));
        found.wrong(&at.span, "no method that is sent", &help);
    }
    upper
}

fn read(table: &FlagsTable, found: &mut Findings) -> Option<WrittenRead> {
    let at = &table.read.as_ref()?.value;
    let pointer = found.read("pointer", &at.pointer, |raw| json_pointer(raw));
    Some(WrittenRead {
        request: WrittenRequest {
            method: method(at.method.as_ref(), "GET", found),
            url: checked(&at.url, found),
            headers: at.headers.clone(),
            body: None,
        },
        pointer: pointer.unwrap_or_default(),
        on: at.on.clone().unwrap_or_else(|| "true".to_owned()),
    })
}

fn kill(at: &At<FlagKillTable>, found: &mut Findings) -> WrittenRequest {
    let table = &at.value;
    let url = checked(&table.url, found);
    let named = url.contains("{flag}")
        || table
            .body
            .as_ref()
            .is_some_and(|body| body.contains("{flag}"));
    if !named {
        let help = "write {flag} into `url` or `body`";
        found.wrong(&table.url.span, "it does not say which flag", help);
    }
    WrittenRequest {
        method: method(table.method.as_ref(), "POST", found),
        url,
        headers: table.headers.clone(),
        body: table.body.clone(),
    }
}
