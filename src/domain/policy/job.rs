//! Names of jobs: the wanted one, and those of its matrix.

/// Whether a job is the wanted one, or one of its matrix: `deploy (eu)`, `caller (eu) / deploy (blue)`.
pub fn is_job(name: &str, wanted: &str) -> bool {
    let is_part = |name: &str, wanted: &str| {
        name == wanted
            || name
                .strip_prefix(wanted)
                .is_some_and(|rest| rest.starts_with(" (") && rest.ends_with(')'))
    };
    if is_part(name, wanted) {
        return true;
    }
    let (names, parts) = (name.split(" / "), wanted.split(" / "));
    names.clone().count() == parts.clone().count()
        && names.zip(parts).all(|(name, part)| is_part(name, part))
}

#[cfg(test)]
mod tests {
    use super::is_job;

    #[test]
    fn a_matrix_may_stand_at_the_caller_and_at_the_job() {
        for name in [
            "caller / deploy",
            "caller / deploy (eu)",
            "caller (eu) / deploy",
            "caller (eu) / deploy (blue)",
        ] {
            assert!(is_job(name, "caller / deploy"), "{name}");
        }
        assert!(is_job("deploy (eu / west)", "deploy"));
        for name in [
            "deploy",
            "caller / deploy-docs",
            "caller / deploy / eu",
            "other / deploy",
        ] {
            assert!(!is_job(name, "caller / deploy"), "{name}");
        }
    }
}
