#![no_main]

use cockpit_fuzz::{
    adapters::artifacts::{understand, understand_zip},
    check,
    domain::evidence::EvidenceKind,
};
use libfuzzer_sys::fuzz_target;

// A zip as the kind that its first byte says, and as a file that nobody said anything about.
fuzz_target!(|bytes: &[u8]| {
    let Some((kind, zip)) = bytes.split_first() else {
        return;
    };
    let kind = match kind % 5 {
        0 => EvidenceKind::Tests,
        1 => EvidenceKind::Load,
        2 => EvidenceKind::Security,
        3 => EvidenceKind::Coverage,
        _ => EvidenceKind::Explain,
    };
    check(kind, zip);
    let _ = understand_zip(zip, |_, understood| drop(understood));
    let _ = understand("report.xml", zip);
});
