//! Templates of the rules, filled: `{version}`, `{sha}`, `{release_id}`, `{from_version}`.

use crate::domain::{
    Beside, Deed, policy::DispatchRule, release::Release, rollback::RollbackShown,
};

/// The values that templates may name.
#[derive(Debug, Clone)]
pub(super) struct Templates {
    version: String,
    sha: String,
    from_version: String,
    release_id: String,
}

impl Templates {
    /// For production: the candidate, from what production runs.
    pub(super) fn of_release(release: &Release, marker: &str) -> Self {
        let from = release
            .rollout
            .production_now()
            .and_then(|answer| answer.name())
            .unwrap_or_default();
        Self {
            version: release.name().to_string(),
            sha: release
                .rollout
                .sha()
                .map_or_else(String::new, ToString::to_string),
            from_version: from.to_owned(),
            release_id: marker.to_owned(),
        }
    }

    /// For a rollback: its target, from what production runs.
    pub(super) fn of_rollback(shown: &RollbackShown, marker: &str) -> Self {
        Self {
            version: shown.target.name().to_owned(),
            sha: shown.target.sha.to_string(),
            from_version: shown
                .from
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            release_id: marker.to_owned(),
        }
    }

    /// A workflow's dispatch with its inputs filled. The marker is what the filled inputs hold.
    pub(super) fn dispatch(&self, rule: &DispatchRule, beside: Option<Beside>) -> Deed {
        Deed::Dispatch {
            workflow: rule.workflow.clone(),
            reference: rule.reference.clone(),
            inputs: rule
                .inputs
                .iter()
                .map(|(name, value)| (name.clone(), self.fill(value)))
                .collect(),
            marker: self.release_id.clone(),
            beside,
        }
    }

    /// One value. A brace that names nothing known stays as it is.
    pub(super) fn fill(&self, template: &str) -> String {
        let mut out = String::with_capacity(template.len());
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            let (before, from) = rest.split_at(open);
            out.push_str(before);
            let known = [
                ("{version}", &self.version),
                ("{sha}", &self.sha),
                ("{from_version}", &self.from_version),
                ("{release_id}", &self.release_id),
            ];
            if let Some((name, value)) = known.into_iter().find(|(name, _)| from.starts_with(name))
            {
                out.push_str(value);
                rest = &from[name.len()..];
            } else {
                out.push('{');
                rest = &from[1..];
            }
        }
        out.push_str(rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_filled_once_and_never_again() {
        let templates = Templates {
            version: "{sha}".into(),
            sha: "abc".into(),
            from_version: String::new(),
            release_id: "1.1-r1".into(),
        };
        assert_eq!(
            templates.fill("v={version} id={release_id} {unknown} {"),
            "v={sha} id=1.1-r1 {unknown} {"
        );
    }
}
