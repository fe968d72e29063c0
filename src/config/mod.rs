//! Configuration: `cockpit.toml`, the user's file, environment and flags, layered once.
