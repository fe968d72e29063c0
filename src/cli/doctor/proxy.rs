//! The proxy variables of the environment: one that names no proxy is passed over by every client, without a word.

use reqwest::Url;

use super::finding::{Finding, State};
use crate::config::Env;

/// The variables that clients read, as they are written by the shells of this world.
const NAMES: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
];
/// What a proxy may speak.
const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// A warning for each variable that is set and names no proxy. What it holds may be a password, and is not shown.
pub(super) fn proxies(env: &Env) -> Vec<Finding> {
    let bad = |name: &&str| env.get(name).is_some_and(|value| !is_proxy(value));
    let finding = |name| {
        Finding::bad(
            State::Warn,
            "proxy",
            format!("{name} is no address of a proxy, so what it is for goes out directly"),
            format!("set {name} to http://HOST:PORT, or unset it"),
        )
    };
    NAMES.into_iter().filter(bad).map(finding).collect()
}

fn is_proxy(value: &str) -> bool {
    let whole = if value.contains("://") {
        value.to_owned()
    } else {
        format!("http://{value}")
    };
    Url::parse(&whole).is_ok_and(|url| SCHEMES.contains(&url.scheme()) && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_names_no_proxy_is_told_without_its_value() {
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let env = Env::new([
            set("HTTPS_PROXY", "::bad::hunter2"),
            set("http_proxy", "proxy.example.com:3128"),
            set("ALL_PROXY", "socks5://user:secret@127.0.0.1:1080"),
            set("https_proxy", "ftp://proxy:21"),
        ]);
        let found = proxies(&env);
        let said: Vec<&str> = found.iter().map(|one| one.found.as_str()).collect();
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].starts_with("HTTPS_PROXY") && said[1].starts_with("https_proxy"));
        assert!(!format!("{found:?}").contains("hunter2"));
    }
}
