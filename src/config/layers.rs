//! The layers, resolved once: flags over environment over the user's file over the team's file over defaults.
//!
//! The rules of a release come from the team's file alone ([`TeamFile::policy`]): nothing on one machine changes them.
//! What differs between machines is here: where GitHub is, which token, how the screen looks. A file that comes with a
//! checkout never says where GitHub is, because that decides where the token goes.

use std::path::PathBuf;

use secrecy::SecretString;

use super::{
    diagnostic::{Diagnostic, Diagnostics},
    environment::Env,
    file::{TokenOrigin, UserTable},
    layer::{Flags, Layer, Settled},
    remote::{api_base, host_of_api, parse_repository_argument},
    screen::{Screen, screen},
    team::TeamFile,
};
use crate::domain::Repository;

/// Everything that the layers say besides the team's file.
#[derive(Debug, Clone, Copy)]
pub struct Layers<'a> {
    /// The command line.
    pub flags: &'a Flags,
    /// The environment.
    pub env: &'a Env,
    /// The user's file.
    pub user: &'a UserTable,
    /// The checkout's `origin`.
    pub remote: Option<&'a Repository>,
}

/// Where the token comes from.
#[derive(Debug, Clone)]
pub enum Token {
    /// A variable that is set.
    Environment {
        /// Which.
        name: &'static str,
        /// Its value.
        value: SecretString,
    },
    /// `gh auth token --hostname HOST`, asked on first use.
    Gh,
    /// The variable that the user's file insists on is not set.
    Missing,
}

/// Where the release lives.
#[derive(Debug, Clone)]
pub struct Place {
    /// Base address of GitHub's API.
    pub api: Settled<String>,
    /// The repository; `None` where no layer names one.
    pub repository: Option<Settled<Repository>>,
    /// The token.
    pub token: Token,
}

/// This machine's part of the configuration.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Where the release lives.
    pub place: Place,
    /// The screen.
    pub screen: Screen,
    /// Where journals lie; `None`: the platform's state folder.
    pub state_dir: Option<Settled<PathBuf>>,
    /// The key that signs the heads of journals, as written.
    pub sign_key: Option<String>,
    /// What is logged: `info`, `cockpit=debug`.
    pub log: Settled<String>,
}

/// Everything, resolved: this machine's part and the team's rules.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// This machine.
    pub machine: Machine,
    /// The team's file.
    pub team: TeamFile,
}

/// Resolves the layers with a team's file that was read.
pub fn resolve(team: TeamFile, layers: &Layers<'_>) -> Result<Resolved, Diagnostics> {
    Ok(Resolved {
        machine: machine(Some(&team), layers)?,
        team,
    })
}

/// Resolves this machine's part; `team` only names a repository, where no nearer layer does.
pub fn machine(team: Option<&TeamFile>, layers: &Layers<'_>) -> Result<Machine, Diagnostics> {
    let Layers {
        flags, env, user, ..
    } = *layers;
    let state_dir = match (&flags.state_dir, env.get("COCKPIT_STATE_DIR")) {
        (Some(path), _) => Some(Settled::new(path.clone(), Layer::Flag("--state-dir"))),
        (None, Some(path)) => Some(Settled::new(
            PathBuf::from(path),
            Layer::Environment("COCKPIT_STATE_DIR"),
        )),
        (None, None) => None,
    };
    let log = env.get("COCKPIT_LOG").map_or_else(
        || Settled::new("info".to_owned(), Layer::Default),
        |level| Settled::new(level.to_owned(), Layer::Environment("COCKPIT_LOG")),
    );
    Ok(Machine {
        place: place(team, layers)?,
        screen: screen(flags, env, user),
        state_dir,
        sign_key: user.records.sign_key.clone(),
        log,
    })
}

fn place(team: Option<&TeamFile>, layers: &Layers<'_>) -> Result<Place, Diagnostics> {
    let Layers {
        flags,
        env,
        user,
        remote,
    } = *layers;
    let refuse = |origin: &str, what: String| Diagnostics::one(origin, Diagnostic::whole(what));
    // The nearest layer that names a repository.
    let named = [
        flags
            .repository
            .as_deref()
            .map(|slug| (slug, Layer::Flag("--repo"))),
        env.get("COCKPIT_REPO")
            .map(|slug| (slug, Layer::Environment("COCKPIT_REPO"))),
        env.get("GITHUB_REPOSITORY")
            .map(|slug| (slug, Layer::Environment("GITHUB_REPOSITORY"))),
        team.and_then(|team| team.repository.as_deref())
            .map(|slug| (slug, Layer::Team)),
    ];
    let named = match named.into_iter().flatten().next() {
        Some((raw, from)) => {
            let read = parse_repository_argument(raw)
                .map_err(|wrong| refuse(&from.to_string(), wrong.to_string()))?;
            Some((read, from))
        }
        None => None,
    };
    let said_host = named
        .as_ref()
        .and_then(|((host, _), from)| Some((host.as_deref()?, from)));
    // Every workflow has its own server's address, which says nothing of a repository that is named on another host.
    let server = env.get("GITHUB_SERVER_URL").and_then(host_of_api);
    let own = ["github.com"].into_iter().chain(server.as_deref());
    let own: Vec<String> = own.map(api_base).collect();
    let is_elsewhere = |base: &str| {
        let base = base.trim_end_matches('/');
        own.iter().any(|own| own == base)
            && said_host.is_some_and(|(host, _)| api_base(host) != base)
    };
    let given = env.get("GITHUB_API_URL").filter(|base| !is_elsewhere(base));
    let api = if let Some(base) = given {
        Settled::new(base.to_owned(), Layer::Environment("GITHUB_API_URL"))
    } else if let Some((host, from)) = said_host {
        Settled::new(api_base(host), from.clone())
    } else if let Some(base) = &user.github.api_url {
        Settled::new(base.value.clone(), Layer::User)
    } else if let Some(remote) = remote {
        Settled::new(api_base(&remote.host), Layer::Remote)
    } else {
        Settled::new(api_base("github.com"), Layer::Default)
    };
    let base = api.value.trim_end_matches('/').to_owned();
    let Some(host) = host_of_api(&base) else {
        let what =
            "GitHub's base address is none: write https://api.github.com, or https://HOST/api/v3";
        return Err(refuse(&api.from.to_string(), what.to_owned()));
    };
    let slug = named
        .map(|((_, slug), from)| (slug, from))
        .or_else(|| remote.map(|remote| (remote.slug(), Layer::Remote)));
    let repository = match slug {
        Some((slug, from)) => {
            let repository = Repository::parse(&host, &slug)
                .map_err(|wrong| refuse(&from.to_string(), wrong.to_string()))?;
            Some(Settled::new(repository, from))
        }
        None => None,
    };
    Ok(Place {
        api: Settled::new(base, api.from),
        repository,
        token: token(env, user.github.token.unwrap_or_default()),
    })
}

fn token(env: &Env, origin: TokenOrigin) -> Token {
    let set = ["GH_TOKEN", "GITHUB_TOKEN"]
        .into_iter()
        .find_map(|name| env.secret(name).map(|value| (name, value.clone())));
    match (origin, set) {
        (TokenOrigin::Auto | TokenOrigin::Environment, Some((name, value))) => {
            Token::Environment { name, value }
        }
        (TokenOrigin::Environment, None) => Token::Missing,
        (TokenOrigin::Auto, None) | (TokenOrigin::Gh, _) => Token::Gh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse_team;

    fn env(pairs: &[(&str, &str)]) -> Env {
        Env::new(
            pairs
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned())),
        )
    }

    fn place_of(flags: &Flags, env: &Env, remote: Option<&str>) -> Place {
        let remote = remote.and_then(crate::config::parse_remote);
        let user = UserTable::default();
        let layers = Layers {
            flags,
            env,
            user: &user,
            remote: remote.as_ref(),
        };
        machine(None, &layers).unwrap().place
    }

    #[test]
    fn a_nearer_layer_wins_and_says_its_name() {
        let remote = Some("git@git.acme.example:acme/shop.git");
        let place = place_of(&Flags::default(), &env(&[]), remote);
        assert_eq!(place.api.value, "https://git.acme.example/api/v3");
        assert_eq!(place.repository.unwrap().from, Layer::Remote);

        let flags = Flags {
            repository: Some("acme/other".to_owned()),
            ..Flags::default()
        };
        let vars = env(&[
            ("GITHUB_API_URL", "http://127.0.0.1:9/api/v3/"),
            ("GITHUB_REPOSITORY", "acme/ci"),
        ]);
        let place = place_of(&flags, &vars, remote);
        let repository = place.repository.unwrap();
        assert_eq!(place.api.value, "http://127.0.0.1:9/api/v3");
        assert_eq!(repository.value.host, "127.0.0.1:9");
        assert_eq!(
            (repository.value.slug().as_str(), repository.from),
            ("acme/other", Layer::Flag("--repo"))
        );
    }

    #[test]
    fn a_host_that_is_named_is_not_asked_at_github_com() {
        let flags = |slug: &str| Flags {
            repository: Some(slug.to_owned()),
            ..Flags::default()
        };
        let api = |slug: &str, base: &str| {
            let place = place_of(&flags(slug), &env(&[("GITHUB_API_URL", base)]), None);
            place.api.value
        };
        let (own, ours) = ("https://api.github.com/", "https://git.acme.example/api/v3");
        assert_eq!(api("git.acme.example/acme/shop", own), ours);
        assert_eq!(api("acme/shop", own), "https://api.github.com");
        assert_eq!(api("github.com/acme/shop", own), "https://api.github.com");
        // Any other address was set by a person.
        let through = "http://127.0.0.1:9/api/v3";
        assert_eq!(api("git.acme.example/acme/shop", through), through);
        // A workflow of a server of one's own has that one's.
        let at_theirs = |slug: &str| {
            let runner = [
                ("GITHUB_API_URL", ours),
                ("GITHUB_SERVER_URL", "https://git.acme.example"),
            ];
            place_of(&flags(slug), &env(&runner), None).api.value
        };
        assert_eq!(at_theirs("github.com/acme/shop"), "https://api.github.com");
        assert_eq!(at_theirs("acme/shop"), ours);
        assert_eq!(at_theirs("git.acme.example/acme/shop"), ours);
    }

    #[test]
    fn the_teams_file_names_the_repository_but_never_the_host() {
        let text = include_str!("../../tests/data/config/canary.toml");
        let team = parse_team(text.as_bytes(), "cockpit.toml").unwrap();
        let (flags, vars, user) = (Flags::default(), env(&[]), UserTable::default());
        let layers = Layers {
            flags: &flags,
            env: &vars,
            user: &user,
            remote: None,
        };
        let resolved = resolve(team, &layers).unwrap();
        let repository = resolved.machine.place.repository.unwrap();
        assert_eq!(
            (repository.value.slug().as_str(), repository.from),
            ("acme/shop", Layer::Team)
        );
        assert_eq!(resolved.machine.place.api.from, Layer::Default);
    }

    #[test]
    fn the_token_comes_from_where_the_user_says() {
        let vars = env(&[("GITHUB_TOKEN", "second"), ("GH_TOKEN", "first")]);
        let Token::Environment { name, .. } = token(&vars, TokenOrigin::Auto) else {
            panic!("the environment has one");
        };
        assert_eq!(name, "GH_TOKEN");
        assert!(matches!(token(&vars, TokenOrigin::Gh), Token::Gh));
        assert!(matches!(
            token(&env(&[]), TokenOrigin::Environment),
            Token::Missing
        ));
        let shown = format!("{:?} {:?}", vars, token(&vars, TokenOrigin::Auto));
        assert!(
            !shown.contains("first") && !shown.contains("second"),
            "{shown}"
        );
    }
}
