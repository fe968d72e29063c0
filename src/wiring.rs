//! Maps configuration to adapters.
