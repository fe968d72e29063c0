//! The tokenizer beside quick-xml's, which the program does not use: on reports and on what becomes of them when bytes are
//! lost, doubled or changed, both see the same elements, attributes and text, or this one refuses what the other does.

use std::{fs, path::Path};

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{
    xml::{self, Listener, value},
    xml_tag::Tag,
};

/// Changed copies of each report.
const CHANGED: u64 = 150;

/// A document as lines: `<name key=value ...`, its text, `>`.
#[derive(Default)]
struct Seen {
    lines: Vec<String>,
    depth: usize,
    text: String,
}

impl Seen {
    fn begin<'a>(&mut self, name: &str, attributes: impl Iterator<Item = (&'a str, &'a str)>) {
        self.text_ends();
        let mut line = format!("<{name}");
        for (key, raw) in attributes {
            for part in [" ", key, "=", &value(raw)] {
                line.push_str(part);
            }
        }
        self.lines.push(line);
        self.depth += 1;
    }

    fn text(&mut self, text: &str) {
        if self.depth > 0 {
            self.text.push_str(text);
        }
    }

    fn end(&mut self) {
        self.text_ends();
        self.lines.push(">".to_owned());
        self.depth = self.depth.saturating_sub(1);
    }

    fn text_ends(&mut self) {
        if !self.text.is_empty() {
            self.lines.push(std::mem::take(&mut self.text));
        }
    }
}

impl Listener for &mut Seen {
    fn begin(&mut self, tag: &Tag<'_>) {
        Seen::begin(self, tag.local_name(), tag.attributes());
    }

    fn text(&mut self, text: &str) {
        Seen::text(self, text);
    }

    fn end(&mut self) {
        Seen::end(self);
    }
}

fn ours(document: &[u8]) -> Result<Vec<String>, String> {
    let mut seen = Seen::default();
    let walked = xml::walk(document, |_| Ok(Box::new(&mut seen)));
    walked
        .map(|_| seen.lines)
        .map_err(|error| error.to_string())
}

/// quick-xml leaves it to its caller what may be a name, and what a value may hold.
fn is_name(name: &str) -> bool {
    let is_of_name = |c: char| c.is_alphanumeric() || "_-.:".contains(c);
    name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name.chars().all(is_of_name)
}

fn begin(seen: &mut Seen, tag: &BytesStart<'_>) -> Result<(), String> {
    let name = tag.local_name();
    if !is_name(name.as_ref()) {
        return Err(format!("no name: {}", name.as_ref()));
    }
    let mut attributes = Vec::new();
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let key = attribute.key.local_name().as_ref().to_owned();
        if !is_name(attribute.key.as_ref()) || attribute.value.contains('<') {
            return Err(format!("no attribute: {key}"));
        }
        attributes.push((key, attribute.value.into_owned()));
    }
    let attributes = attributes.iter();
    let attributes = attributes.map(|(key, raw)| (key.as_str(), raw.as_str()));
    seen.begin(name.as_ref(), attributes);
    Ok(())
}

fn theirs(document: &str) -> Result<Vec<String>, String> {
    let mut reader = Reader::from_str(document);
    let mut seen = Seen::default();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) => begin(&mut seen, &tag)?,
            Event::Empty(tag) => {
                begin(&mut seen, &tag)?;
                seen.end();
            }
            Event::End(_) => seen.end(),
            Event::Text(text) => seen.text(&text),
            Event::CData(text) => seen.text(&text),
            Event::GeneralRef(name) => seen.text(&value(&format!("&{};", &*name))),
            Event::Eof if seen.depth > 0 => return Err("cut off".to_owned()),
            Event::Eof if seen.lines.is_empty() => return Err("no element".to_owned()),
            Event::Eof => return Ok(seen.lines),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// Numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let most = u64::try_from(most.max(1)).unwrap();
        usize::try_from((self.0 >> 33) % most).unwrap()
    }
}

fn changed(document: &str, dice: &mut Dice) -> String {
    const MARKS: [&str; 18] = [
        "<",
        ">",
        "/",
        "\"",
        "'",
        "&",
        "&amp;",
        "&#x41;",
        "=",
        "!",
        "?",
        "-->",
        "<!--",
        "]]>",
        "<![CDATA[",
        " ",
        "\n",
        "x",
    ];
    let mut bytes = document.as_bytes().to_vec();
    for _ in 0..=dice.below(2) {
        let (a, b) = (dice.below(bytes.len()), dice.below(40));
        let span = a..(a + b).min(bytes.len());
        match dice.below(8) {
            0 => drop(bytes.drain(span)),
            1 => {
                let again = bytes[span].to_vec();
                let at = dice.below(bytes.len());
                bytes.splice(at..at, again);
            }
            2 => bytes.truncate(a.max(20)),
            _ => {
                let mark = MARKS[dice.below(MARKS.len())];
                let over = a..(a + dice.below(2)).min(bytes.len());
                bytes.splice(over, mark.bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn both_see_the_same_or_refuse() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/dialects");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let (mut same, mut tolerated, mut refused) = (0, 0, 0);
    for path in files
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end != "tsv"))
    {
        let Ok(whole) = fs::read_to_string(path) else {
            continue;
        };
        let mut dice = Dice(u64::try_from(whole.len()).unwrap());
        for round in 0..=CHANGED {
            let document = if round == 0 {
                whole.clone()
            } else {
                changed(&whole, &mut dice)
            };
            match (ours(document.as_bytes()), theirs(&document)) {
                (Ok(ours), Ok(theirs)) => {
                    let differ = ours
                        .iter()
                        .zip(&theirs)
                        .find(|(ours, theirs)| ours != theirs);
                    assert!(
                        ours == theirs,
                        "{} {round}: {differ:?}\n{document}",
                        path.display()
                    );
                    same += 1;
                }
                (Ok(_), Err(_)) => tolerated += 1,
                (Err(why), Ok(_)) => panic!("{} {round}: {why}\n{document}", path.display()),
                (Err(_), Err(_)) => refused += 1,
            }
        }
    }
    assert!(
        same > 500 && refused > 500,
        "{same} the same, {tolerated} tolerated, {refused} refused"
    );
}
