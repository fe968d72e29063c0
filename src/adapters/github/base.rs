//! The base address of the API: what it may be, and whether it is this machine.

use std::net::IpAddr;

use reqwest::Url;

use crate::domain::{Fault, FaultKind};

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
    let local = is_this_machine(&url);
    match url.scheme() {
        "https" => {}
        "http" if local => {}
        "http" => return Err(wrong("http would show the token to the network")),
        _ => return Err(wrong("it is neither http nor https")),
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(wrong("it holds more than a host and a path"));
    }
    Ok(url)
}

pub(super) fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
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
