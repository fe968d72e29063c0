//! The commands that do by hand what cockpit would do, for a terminal beside it.

use crate::domain::{policy::RollbackRule, release::Release, wording::quoted};

/// One a line, ready for a POSIX shell.
pub fn by_hand(release: &Release) -> String {
    let slug = release.key.repository.slug();
    let mut lines = vec![format!("gh run view {} --repo {slug}", release.key.run)];
    if let (Some(rule), Some(target)) = (&release.policy.rollback, release.rollback_target()) {
        lines.extend(rollback_by_hand(
            rule,
            &slug,
            target.name(),
            target.sha.as_str(),
        ));
    }
    lines.join("\n")
}

/// The commands that roll back to `version` at `sha`: the workflow first, then the program for when GitHub is down.
pub(super) fn rollback_by_hand(
    rule: &RollbackRule,
    slug: &str,
    version: &str,
    sha: &str,
) -> Vec<String> {
    let fill = |text: &str| text.replace("{version}", version).replace("{sha}", sha);
    let mut lines = Vec::new();
    if let Some(dispatch) = &rule.dispatch {
        let inputs: Vec<String> = dispatch
            .inputs
            .iter()
            .map(|(name, value)| format!("-f {}", quoted(&format!("{name}={}", fill(value)))))
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
            .map(|word| quoted(&fill(word)))
            .collect();
        lines.push(words.join(" "));
    }
    lines
}
