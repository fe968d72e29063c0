//! The terminal around a flight: input, frames, restoring it.
