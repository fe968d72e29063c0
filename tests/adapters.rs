//! The adapters against recorded, foreign and hostile answers, over real sockets on loopback and with a clock that
//! stands still.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "adapters/checkout.rs"]
mod checkout;
#[path = "adapters/cloudwatch/mod.rs"]
mod cloudwatch;
#[path = "adapters/covered.rs"]
mod covered;
#[path = "adapters/dialects.rs"]
mod dialects;
#[path = "adapters/dotnet.rs"]
mod dotnet;
#[path = "adapters/evidence.rs"]
mod evidence;
#[path = "adapters/explain.rs"]
mod explain;
#[path = "adapters/flags.rs"]
mod flags;
#[path = "adapters/github/mod.rs"]
mod github;
#[path = "adapters/scanners.rs"]
mod scanners;
#[path = "adapters/slack.rs"]
mod slack;
#[path = "adapters/smoke.rs"]
mod smoke;
#[path = "adapters/streamed.rs"]
mod streamed;
