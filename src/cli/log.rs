//! The log: a file beside the journals, never the screen.

use std::{
    fs::{self, OpenOptions},
    path::Path,
};

use tracing_subscriber::EnvFilter;

use super::exit::Stop;

/// Writes what `level` (`info`, `cockpit=debug`) selects to `cockpit.log` in `folder`, readable by its owner alone.
///
/// A second call in one process changes nothing.
pub fn start(folder: &Path, level: &str) -> Result<(), Stop> {
    let filter = EnvFilter::try_new(level).map_err(|error| {
        Stop::usage(format!(
            "COCKPIT_LOG: {error}; write info, or cockpit=debug"
        ))
    })?;
    let path = folder.join("cockpit.log");
    let wrong = |error: std::io::Error| {
        Stop::failed(format!(
            "{} cannot be written: {error}; choose another folder with --state-dir",
            path.display()
        ))
    };
    fs::create_dir_all(folder).map_err(wrong)?;
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = options.open(&path).map_err(wrong)?;
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(file)
        .try_init();
    Ok(())
}
