//! The base address of the API: what it may be.

use reqwest::Url;

use crate::domain::{Fault, FaultKind, is_sealed};

/// Reads the base address: https, or http on this machine; no query, no user.
pub(super) fn base_of(raw: &str) -> Result<Url, Fault> {
    let wrong = |why: &str| {
        Fault::new(
            FaultKind::Local,
            "GitHub: base address",
            format!("{why}; it should look like https://api.github.com or https://HOST/api/v3"),
        )
    };
    let url = Url::parse(raw).map_err(|_| wrong("it is no address"))?;
    if !is_sealed(&url) {
        return Err(wrong("it would show the token to the network"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(wrong("it holds more than a host and a path"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Reached;

    #[test]
    fn a_base_that_would_show_the_token_is_refused() {
        assert!(base_of("https://git.acme.dev/api/v3").is_ok());
        for local in ["127.0.0.1:8080", "localhost", "[::1]:1"] {
            assert!(
                base_of(&format!("http://{local}/api/v3")).is_ok(),
                "{local}"
            );
        }
        for bad in [
            "http://git.acme.dev/api/v3",
            "http://127.0.0.1.acme.dev",
            "ftp://x",
            "https://u:p@x",
            "git.acme.dev",
        ] {
            let fault = base_of(bad).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Local, "{bad}");
            assert_eq!(fault.reached, Reached::No, "{bad}");
        }
    }
}
