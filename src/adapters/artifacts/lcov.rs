//! lcov's tracefiles (`lcov.info`), line by line. Followed: geninfo(1), "FILES".

use std::io::{BufRead, BufReader, Read};

use crate::domain::evidence::{CoverageMap, Covered};

/// Bytes of a line; a longer one is no record.
const LINE_LIMIT: usize = 64 << 10;

/// Reads one file; on an error nothing of it is kept.
pub fn read_lcov(input: impl Read) -> Result<CoverageMap, String> {
    let mut reader = BufReader::with_capacity(128 << 10, input);
    let mut map = CoverageMap::default();
    let mut record = Record::default();
    let mut bytes = Vec::new();
    let mut number = 0_u64;
    let mut known = 0_u64;
    loop {
        bytes.clear();
        let limit = u64::try_from(LINE_LIMIT).unwrap_or(u64::MAX);
        let read = (&mut reader).take(limit).read_until(b'\n', &mut bytes);
        if read.map_err(|error| format!("line {}: {error}", number + 1))? == 0 {
            break;
        }
        number += 1;
        if bytes.len() >= LINE_LIMIT && !bytes.ends_with(b"\n") {
            return Err(format!(
                "line {number}: longer than {} KiB",
                LINE_LIMIT >> 10
            ));
        }
        let line = String::from_utf8_lossy(&bytes);
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match record.take(line, &mut map) {
            Taken::Yes => known += 1,
            Taken::No if known == 0 => {
                return Err(format!(
                    "line {number}: no lcov tracefile: it begins neither with TN: nor with SF:"
                ));
            }
            Taken::No => {}
            Taken::Wrong(what) => return Err(format!("line {number}: {what}")),
        }
    }
    match (&record.file, known) {
        (_, 0) => Err("no lcov tracefile: it holds no record".to_owned()),
        (Some(file), _) => {
            let file: String = file.chars().take(120).collect();
            Err(format!(
                "line {number}: the file is cut off inside {file}: end_of_record is missing"
            ))
        }
        (None, _) => {
            map.end_report();
            Ok(map)
        }
    }
}

enum Taken {
    Yes,
    /// No record that is known.
    No,
    Wrong(&'static str),
}

/// The record of one source file.
#[derive(Default)]
struct Record {
    file: Option<String>,
    /// What the record says of itself: lines and branches, found and hit.
    lines: Covered,
    branches: Covered,
}

impl Record {
    fn take(&mut self, line: &str, map: &mut CoverageMap) -> Taken {
        if line == "end_of_record" {
            if self.file.take().is_some() {
                if !map.has_lines() && self.lines.found > 0 {
                    map.counted(self.lines, self.branches);
                }
                map.end_file();
            }
            return Taken::Yes;
        }
        let Some((key, value)) = line.split_once(':') else {
            return Taken::No;
        };
        match key {
            "SF" => {
                *self = Self {
                    file: Some(value.to_owned()),
                    ..Self::default()
                };
                map.begin_file(value);
            }
            "DA" => {
                // line, count, and perhaps a checksum
                let mut parts = value.split(',');
                let number = parts.next().and_then(|part| part.trim().parse().ok());
                let count = parts.next().and_then(count);
                let (Some(number), Some(count)) = (number, count) else {
                    return Taken::Wrong("DA: is no line and count");
                };
                map.line(number, count > 0.0);
            }
            "BRDA" => {
                // line, block, branch (which may hold commas), taken
                let parts = value.split_once(',').and_then(|(number, rest)| {
                    let (name, taken) = rest.rsplit_once(',')?;
                    Some((number.trim().parse().ok()?, name, taken.trim()))
                });
                let Some((number, name, taken)) = parts else {
                    return Taken::Wrong("BRDA: is no line, block, branch and count");
                };
                map.branch(
                    (number, name),
                    count(taken).is_some_and(|count| count > 0.0),
                );
            }
            "LF" => self.lines.found = whole(value),
            "LH" => self.lines.hit = whole(value),
            "BRF" => self.branches.found = whole(value),
            "BRH" => self.branches.hit = whole(value),
            "TN" | "VER" | "FN" | "FNDA" | "FNF" | "FNH" | "FNL" | "FNA" | "MCDC" | "MCF"
            | "MCH" => {}
            _ => return Taken::No,
        }
        Taken::Yes
    }
}

/// How often a line ran; some tools write `=====`, negative or huge numbers. `None` where it is no number.
fn count(raw: &str) -> Option<f64> {
    let raw = raw.trim();
    raw.parse()
        .ok()
        .filter(|count: &f64| !count.is_nan())
        .or_else(|| (raw == "=====").then_some(0.0))
}

fn whole(raw: &str) -> u64 {
    raw.trim().parse().unwrap_or(0)
}
