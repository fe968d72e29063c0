//! The real loops on fake ports and paused time: the flight without a screen, and the screen on a test backend.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "shell/air.rs"]
mod air;
#[path = "shell/aloft.rs"]
mod aloft;
#[path = "shell/chat.rs"]
mod chat;
#[path = "shell/claims.rs"]
mod claims;
#[path = "shell/countdown.rs"]
mod countdown;
#[path = "shell/disk.rs"]
mod disk;
#[path = "shell/elsewhere.rs"]
mod elsewhere;
#[path = "shell/explain.rs"]
mod explain;
#[path = "shell/flight.rs"]
mod flight;
#[path = "shell/glass.rs"]
mod glass;
#[path = "shell/gone.rs"]
mod gone;
#[path = "shell/letters.rs"]
mod letters;
#[path = "shell/long.rs"]
mod long;
#[path = "shell/monorepo.rs"]
mod monorepo;
#[path = "shell/questions.rs"]
mod questions;
#[path = "shell/refs.rs"]
mod refs;
#[path = "shell/replay.rs"]
mod replay;
#[path = "shell/screen.rs"]
mod screen;
#[path = "shell/seat.rs"]
mod seat;
#[path = "shell/world.rs"]
mod world;
