//! Where cockpit was started: environment, folders, checkout, files. Read once, passed on as values.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use super::{args::GlobalArguments, checkout, exit::Stop};
use crate::{
    config::{
        Beside, Env, Flags, LARGEST, Layers, Machine, Resolved, TeamFile, file::UserTable,
        files_beside, machine, parse_team_with, parse_user, resolve,
    },
    domain::Repository,
};

/// The team's file in a checkout.
const TEAM_FILE: &str = "cockpit.toml";

/// What surrounds a command. Making one reads the environment alone; files come when they are asked for.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The global flags.
    pub flags: Flags,
    /// The environment.
    pub env: Env,
    /// The folder of the user's configuration.
    pub config_dir: Option<PathBuf>,
}

impl Surroundings {
    /// From the process.
    pub fn of(given: &GlobalArguments) -> Self {
        let env = Env::new(std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }));
        Self {
            flags: Flags::from(given),
            config_dir: directories::ProjectDirs::from("", "", "cockpit")
                .map(|dirs| dirs.config_dir().to_owned()),
            env,
        }
    }

    /// The user's file; one that is not there is empty.
    pub fn user(&self) -> Result<UserTable, Stop> {
        let Some(path) = self.config_dir.as_ref().map(|dir| dir.join("config.toml")) else {
            return Ok(UserTable::default());
        };
        match read(&path)? {
            Some(bytes) => Ok(parse_user(&bytes, &path.display().to_string())?),
            None => Ok(UserTable::default()),
        }
    }

    /// Where a repository has the rules: `cockpit.toml`, or `.cockpit/NAME.toml` of the service that is named.
    pub fn rules_path(&self) -> String {
        let service = self.flags.service.as_ref();
        service.map_or_else(
            || TEAM_FILE.to_owned(),
            |name| format!(".cockpit/{name}.toml"),
        )
    }

    /// Whether this folder has rules where a repository has them.
    pub fn has_rules(&self) -> bool {
        Path::new(&self.rules_path()).exists()
    }

    /// The team's file of this checkout: `--config`, else the rules here.
    pub fn local_team(&self) -> Result<TeamFile, Stop> {
        let named = self.flags.config.as_deref();
        let usual = self.rules_path();
        let path = named.unwrap_or(Path::new(&usual));
        let Some(bytes) = read(path)? else {
            let mend = match (named, &self.flags.service) {
                (Some(_), _) => "check the path given with --config",
                (None, Some(_)) => {
                    "stand at the root of the repository, and check the name given with --service"
                }
                (None, None) => {
                    "run `cockpit init` at the root of the repository, or name one with --config or --service"
                }
            };
            let path = path.display();
            return Err(Stop::usage(format!("there is no {path}\n  = help: {mend}")));
        };
        let origin = path.display().to_string();
        let mut files = Vec::new();
        for (key, name) in files_beside(&bytes) {
            let place = path.with_file_name(&name);
            let shown = place.display().to_string();
            let Some(held) = read(&place)? else {
                return Err(Stop::usage(format!(
                    "there is no {shown}, which {origin} names as `{key}`\n  = help: write it beside {origin}, or correct `{key}`"
                )));
            };
            files.push((name, shown, held));
        }
        let beside: Vec<Beside<'_>> = files.iter().map(beside).collect();
        Ok(parse_team_with(&bytes, &origin, &beside)?)
    }

    /// The checkout's `origin`, as git tells it; `None` outside a checkout or without git.
    pub fn remote(&self) -> Option<Repository> {
        checkout::remote()
    }

    /// This machine's part of the configuration, without a team's file.
    pub fn machine(&self, team: Option<&TeamFile>) -> Result<Machine, Stop> {
        let (user, remote) = (self.user()?, self.remote());
        Ok(machine(team, &self.layers(&user, remote.as_ref()))?)
    }

    /// This machine's part for a repository that a journal of this machine names, whatever the environment says of others.
    pub fn with_repository(&self, repository: &Repository) -> Result<Machine, Stop> {
        let user = self.user()?;
        let mut machine = machine(None, &self.layers(&user, Some(repository)))?;
        if let Some(at) = &mut machine.place.repository {
            at.value = repository.clone();
        }
        Ok(machine)
    }

    /// How the screen looks, without asking git or any file but the user's own: the first frame waits for this.
    pub fn screen_only(&self) -> Result<Machine, Stop> {
        let user = self.user()?;
        Ok(machine(None, &self.layers(&user, None))?)
    }

    /// Everything, with a team's file that was read.
    pub fn resolve(&self, team: TeamFile) -> Result<Resolved, Stop> {
        let (user, remote) = (self.user()?, self.remote());
        Ok(resolve(team, &self.layers(&user, remote.as_ref()))?)
    }

    fn layers<'a>(&'a self, user: &'a UserTable, remote: Option<&'a Repository>) -> Layers<'a> {
        Layers {
            flags: &self.flags,
            env: &self.env,
            user,
            remote,
        }
    }
}

/// A file that rules name: its name there, its name for people, what it holds.
pub(super) fn beside((name, origin, bytes): &(String, String, Vec<u8>)) -> Beside<'_> {
    Beside {
        name,
        origin,
        bytes,
    }
}

/// A file's bytes, at most a little over what a rules file may have; `None` where there is no file.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, Stop> {
    let wrong = |error: std::io::Error| {
        let path = path.display();
        Stop::usage(format!("{path} cannot be read: {error}"))
    };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(wrong(error)),
    };
    let mut bytes = Vec::new();
    let most = u64::try_from(LARGEST).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(wrong)?;
    Ok(Some(bytes))
}
