//! The `cockpit` binary.
fn main() {}
