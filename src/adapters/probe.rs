//! What production answers when it is asked for its version.
