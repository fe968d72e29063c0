//! `Gemfile.lock`: gems with their versions four blanks in, the project's own under `DEPENDENCIES`.

use super::packages::{Extent, Packages};

pub(super) fn read(text: &str, extent: Extent) -> Packages {
    let mut packages = Packages::default();
    let (mut section, mut is_own) = (String::new(), false);
    let mut source = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let bare = line.trim();
        if indent == 0 && !bare.is_empty() {
            bare.clone_into(&mut section);
            // The project's own gems come from a path.
            is_own = section == "PATH";
            source = None;
        } else if let Some(commit) = bare.strip_prefix("revision: ") {
            source = Some(format!("git+#{commit}"));
        } else if section == "DEPENDENCIES" && indent == 2 {
            let name = bare.split([' ', '!']).next().unwrap_or(bare);
            packages.ask_for(name);
        } else if indent == 4
            && !is_own
            && let Some((name, version)) = gem(bare)
        {
            packages.add_from(name, version, source.as_deref());
        } else if indent == 4
            && !is_own
            && extent == Extent::Whole
            && !bare.contains(':')
            && section != "PLATFORMS"
        {
            packages.broken += 1;
        }
    }
    packages
}

/// `nokogiri (1.15.0-x86_64-linux)`.
fn gem(line: &str) -> Option<(&str, &str)> {
    let (name, version) = line.strip_suffix(')')?.split_once(" (")?;
    // What is asked of a version is no version.
    if !version.starts_with(|c: char| c.is_ascii_digit()) || name.contains(' ') {
        return None;
    }
    let built_for = [
        "x86",
        "x64",
        "arm",
        "aarch",
        "java",
        "universal",
        "mswin",
        "mingw",
        "jruby",
    ];
    let plain = version
        .split_once('-')
        .filter(|(_, rest)| built_for.iter().any(|arch| rest.starts_with(arch)));
    Some((name, plain.map_or(version, |(version, _)| version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gems_their_platforms_and_the_projects_own() {
        let text = "PATH\n  remote: .\n  specs:\n    app (0.1.0)\n      rails (>= 7)\n\nGEM\n  remote: https://x/\n  specs:\n    nokogiri (1.15.0)\n    nokogiri (1.15.0-x86_64-linux)\n    rails (7.0.1)\n      rake (>= 0.8)\n    rake (13.0)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  app!\n  rails (~> 7.0)\n\nBUNDLED WITH\n   2.4.1\n";
        let read = read(text, Extent::Whole);
        assert_eq!(
            read.versions.keys().collect::<Vec<_>>(),
            ["nokogiri", "rails", "rake"]
        );
        assert_eq!(read.versions["nokogiri"].len(), 1);
        assert_eq!(
            (read.is_direct("rails"), read.is_direct("rake"), read.broken),
            (Some(true), Some(false), 0)
        );
    }
}
