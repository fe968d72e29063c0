//! `Cargo.lock`, `poetry.lock`, `uv.lock`: TOML with a `[[package]]` table each, as these tools write it: a key a line.

use super::packages::{Extent, Packages};

/// Which tool's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    Cargo,
    Poetry,
    Uv,
}

#[derive(Default)]
struct Entry {
    name: Option<String>,
    version: Option<String>,
    /// Where it comes from; the project's own packages come from nowhere.
    source: Option<String>,
    asks_for: Vec<String>,
    is_open: bool,
}

/// Where in a package's tables a line stands.
#[derive(PartialEq, Eq)]
enum Within {
    Package,
    /// A list of names that the package asks for.
    Asked,
    /// A table below the package whose lists are names too.
    Below,
    /// Poetry's table of where the package comes from.
    Source,
    Elsewhere,
}

pub(super) fn read(text: &str, tool: Tool, extent: Extent) -> Packages {
    let mut packages = Packages::default();
    let mut entry = Entry::default();
    // A part may begin inside a package.
    let mut within = if extent == Extent::Part {
        entry.is_open = true;
        Within::Package
    } else {
        Within::Elsewhere
    };
    for line in text.lines() {
        let bare = line.trim();
        if bare == "[[package]]" {
            close(&mut packages, std::mem::take(&mut entry), tool, extent);
            entry.is_open = true;
            within = Within::Package;
        } else if line.starts_with('[') {
            let is_asked = tool == Tool::Uv
                && (bare.starts_with("[package.optional-dependencies")
                    || bare.starts_with("[package.dev-dependencies"));
            within = if is_asked {
                Within::Below
            } else if bare == "[package.source]" {
                Within::Source
            } else {
                Within::Elsewhere
            };
        } else if within == Within::Asked || within == Within::Below {
            match asked(bare, tool) {
                Some(name) => entry.asks_for.push(name.to_owned()),
                None if bare == "]" && within == Within::Asked => within = Within::Package,
                None => {}
            }
        } else if within == Within::Source
            && let Some((key, value)) = bare.split_once(" = ")
        {
            // Poetry has the commit by itself.
            if key == "resolved_reference" {
                entry.source = unquoted(value).map(|commit| format!("git+#{commit}"));
            }
        } else if within == Within::Package
            && let Some((key, value)) = bare.split_once(" = ")
        {
            match key {
                "name" => entry.name = unquoted(value).map(str::to_owned),
                "version" => entry.version = unquoted(value).map(str::to_owned),
                "source" => entry.source = Some(value.to_owned()),
                "dependencies" if value == "[" => within = Within::Asked,
                _ => {}
            }
        }
    }
    close(&mut packages, entry, tool, extent);
    packages
}

fn close(packages: &mut Packages, entry: Entry, tool: Tool, extent: Extent) {
    if !entry.is_open {
        return;
    }
    let is_own = match tool {
        Tool::Cargo => entry.source.is_none(),
        Tool::Uv => entry.source.as_ref().is_some_and(|source| {
            let kind = source.trim_start_matches(['{', ' ']);
            ["virtual", "editable", "directory"]
                .iter()
                .any(|own| kind.starts_with(own))
        }),
        Tool::Poetry => false,
    };
    if is_own && extent == Extent::Whole {
        for name in &entry.asks_for {
            packages.ask_for(name);
        }
        return;
    }
    match (entry.name, entry.version) {
        (Some(name), Some(version)) => packages.add_from(&name, &version, entry.source.as_deref()),
        // A virtual package has no version, and a part has holes.
        _ if extent == Extent::Part || is_own => {}
        _ => packages.broken += 1,
    }
}

/// The name in a list's line: `"serde 1.0.0",` or `{ name = "anyio", marker = "..." },`.
fn asked(line: &str, tool: Tool) -> Option<&str> {
    let inside = match tool {
        Tool::Uv => line.split_once("name = ")?.1,
        Tool::Cargo | Tool::Poetry => line,
    };
    let name = inside.strip_prefix('"')?.split('"').next()?;
    name.split(' ').next().filter(|name| !name.is_empty())
}

fn unquoted(value: &str) -> Option<&str> {
    value.strip_prefix('"')?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(packages: &Packages) -> Vec<String> {
        let one = |(name, versions): (&String, &std::collections::BTreeSet<String>)| {
            let all: Vec<&str> = versions.iter().map(String::as_str).collect();
            let direct = if packages.is_direct(name) == Some(true) {
                " direct"
            } else {
                ""
            };
            format!("{name} {}{direct}", all.join("+"))
        };
        packages.versions.iter().map(one).collect()
    }

    #[test]
    fn cargo() {
        let text = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"serde\",\n \"rand 0.9.1\",\n]\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.1\"\nsource = \"registry+x\"\ndependencies = [\n \"inner\",\n]\n\n[[package]]\nname = \"rand\"\nversion = \"0.8.0\"\nsource = \"r\"\n\n[[package]]\nname = \"rand\"\nversion = \"0.9.1\"\nsource = \"r\"\n[[package]]\nname = \"broken\"\nsource = \"r\"\n";
        let read = read(text, Tool::Cargo, Extent::Whole);
        assert_eq!(
            shown(&read),
            ["rand 0.8.0+0.9.1 direct", "serde 1.0.1 direct"]
        );
        assert_eq!(read.broken, 1);
    }

    #[test]
    fn uv_and_poetry() {
        let text = "version = 1\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\nsource = { virtual = \".\" }\ndependencies = [\n    { name = \"anyio\" },\n]\n\n[package.dev-dependencies]\ndev = [\n    { name = \"pytest\" },\n]\n\n[[package]]\nname = \"anyio\"\nversion = \"4.0\"\nsource = { registry = \"x\" }\nsdist = { url = \"x\" }\n\n[[package]]\nname = \"pytest\"\nversion = \"8\"\nsource = { registry = \"x\" }\n";
        assert_eq!(
            shown(&read(text, Tool::Uv, Extent::Whole)),
            ["anyio 4.0 direct", "pytest 8 direct"]
        );
        let text = "[[package]]\nname = \"a\"\nversion = \"1\"\n[package.dependencies]\nname = \">1\"\nversion = \"9\"\n[metadata]\nversion = \"x\"\n";
        let read = read(text, Tool::Poetry, Extent::Whole);
        assert_eq!(shown(&read), ["a 1"]);
        assert_eq!((read.is_direct("a"), read.broken), (None, 0));
    }

    #[test]
    fn a_registry_is_no_folder_whatever_its_address() {
        let text = "version = 1\n\n[[package]]\nname = \"a\"\nversion = \"1\"\nsource = { registry = \"https://directory.example.org/virtual\" }\n";
        assert_eq!(shown(&read(text, Tool::Uv, Extent::Whole)), ["a 1"]);
    }

    #[test]
    fn a_part_gives_what_is_whole_in_it() {
        let text = " \"x\",\n]\n\n[[package]]\nname = \"a\"\nversion = \"1\"\nsource = \"r\"\n\n[[package]]\nname = \"b\"";
        assert_eq!(shown(&read(text, Tool::Cargo, Extent::Part)), ["a 1"]);
        assert_eq!(
            shown(&read(
                "name = \"a\"\nversion = \"2\"",
                Tool::Cargo,
                Extent::Part
            )),
            ["a 2"]
        );
    }
}
