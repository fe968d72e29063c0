//! Which addresses nobody on the way can read along or answer for. Asks nothing, resolves no name.

use url::{Host, Url};

/// Whether its host is this machine: `localhost`, or an address of the loopback.
pub fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether it is https, or http on this machine: what goes there and comes from there is seen by nobody in between.
pub fn is_sealed(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.has_host(),
        "http" => is_this_machine(url),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(raw: &str) -> bool {
        Url::parse(raw).is_ok_and(|url| is_sealed(&url))
    }

    #[test]
    fn https_is_sealed_and_http_on_this_machine_alone() {
        for good in [
            "https://flags.example.com",
            "HTTPS://flags.example.com:8443/x",
            "http://localhost",
            "http://LOCALHOST:4242/x",
            "http://127.0.0.1:80/a.ics",
            "http://127.8.9.1",
            "http://[::1]:1/",
        ] {
            assert!(sealed(good), "{good}");
        }
        for bad in [
            "http://flags.example.com",
            "http://localhost.evil.com",
            "http://localhost@evil.com",
            "http://127.0.0.1.evil.com",
            "http://127.0.0.1@evil.com/",
            "http://evil.com#localhost",
            "http://evil.com\\@localhost",
            "http://[::2]",
            "http://0.0.0.0",
            "ftp://localhost",
            "file:///etc/passwd",
            "localhost",
            "",
        ] {
            assert!(!sealed(bad), "{bad}");
        }
    }
}
