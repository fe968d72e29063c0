//! The rules of the default branch, with the files that they name beside them.

use super::{exit::Stop, surroundings::beside};
use crate::{
    config::{Beside, TeamFile, files_beside, parse_team_with},
    domain::Fault,
};

/// What helps where there are none.
const NO_RULES: &str = "write one with `cockpit init` and merge it, name a service of `.cockpit` with --service, or name a file with --config";

/// Reads the rules at `path` of a repository (`owner/name`) through `ask`, which answers a path with the file's bytes.
pub(super) async fn default_rules(
    slug: &str,
    path: &str,
    mut ask: impl AsyncFnMut(&str) -> Result<Option<Vec<u8>>, Fault>,
) -> Result<TeamFile, Stop> {
    let Some(bytes) = ask(path).await? else {
        return Err(Stop::usage(format!(
            "the default branch of {slug} has no {path}\n  = help: {NO_RULES}"
        )));
    };
    let origin = format!("{path} of {slug}");
    let folder = path.rsplit_once('/').map(|(folder, _)| folder);
    let mut files = Vec::new();
    for (key, name) in files_beside(&bytes) {
        let place = folder.map_or_else(|| name.clone(), |folder| format!("{folder}/{name}"));
        let Some(held) = ask(&place).await? else {
            return Err(Stop::usage(format!(
                "the default branch of {slug} has no {place}, which {path} names as `{key}`\n  = help: merge it, or correct `{key}`"
            )));
        };
        files.push((name, format!("{place} of {slug}"), held));
    }
    let beside: Vec<Beside<'_>> = files.iter().map(beside).collect();
    Ok(parse_team_with(&bytes, &origin, &beside)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::Strategy;

    const SMALLEST: &str = include_str!("../../tests/data/config/smallest.toml");

    async fn read(path: &str) -> (Result<TeamFile, Stop>, Vec<String>) {
        let mut asked = Vec::new();
        let team = default_rules("acme/shop", path, async |name: &str| {
            asked.push(name.to_owned());
            Ok(match name {
                ".cockpit/checkout.toml" => {
                    Some(format!("{SMALLEST}[strategy]\nfile = \"stages.yaml\"\n").into())
                }
                ".cockpit/stages.yaml" => Some("strategy: rolling\n".into()),
                _ => None,
            })
        })
        .await;
        (team, asked)
    }

    #[tokio::test]
    async fn a_service_of_a_monorepo_has_its_files_beside_its_rules() {
        let (team, asked) = read(".cockpit/checkout.toml").await;
        let strategy = team.unwrap().policy.strategy;
        assert!(matches!(strategy, Strategy::Rolling { .. }), "{strategy:?}");
        assert_eq!(asked, [".cockpit/checkout.toml", ".cockpit/stages.yaml"]);
    }

    #[tokio::test]
    async fn rules_that_are_not_there_are_named_with_the_mend() {
        let (team, _) = read("cockpit.toml").await;
        let told = format!("{:?}", team.unwrap_err());
        assert!(told.contains("acme/shop has no cockpit.toml"), "{told}");
        assert!(told.contains("--service"), "{told}");
    }
}
