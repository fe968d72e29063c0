#![no_main]

use cockpit_fuzz::{check, domain::evidence::EvidenceKind};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| check(EvidenceKind::Tests, bytes));
