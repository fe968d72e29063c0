//! The commands that do by hand what cockpit would do, for a terminal beside it.

use crate::domain::release::Release;

/// One a line, ready for a POSIX shell.
pub(super) fn by_hand(release: &Release) -> String {
    let slug = release.key.repository.slug();
    let mut lines = vec![format!("gh run view {} --repo {slug}", release.key.run)];
    if let (Some(rule), Some(target)) = (&release.policy.rollback, release.rollback_target()) {
        if let Some(dispatch) = &rule.dispatch {
            let inputs: Vec<String> = dispatch
                .inputs
                .iter()
                .map(|(name, value)| {
                    let value = value
                        .replace("{version}", target.name())
                        .replace("{sha}", target.sha.as_str());
                    format!("-f {}", quoted(&format!("{name}={value}")))
                })
                .collect();
            lines.push(format!(
                "gh workflow run {} --repo {slug} {}",
                quoted(&dispatch.workflow),
                inputs.join(" ")
            ));
        }
        if !rule.fallback.is_empty() {
            let words: Vec<String> = rule
                .fallback
                .iter()
                .map(|word| quoted(&word.replace("{version}", target.name())))
                .collect();
            lines.push(words.join(" "));
        }
    }
    lines.join("\n")
}

/// A word for a POSIX shell: everything but plain characters between single quotes.
fn quoted(word: &str) -> String {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '=' | ':');
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
