//! Secrets that would stand in an address: a login before the host, a parameter that carries one. Knows no file.

use std::ops::Range;

/// Names of parameters that carry a secret; compared without case, `-` and `_`.
const NAMES: [&str; 14] = [
    "token",
    "accesstoken",
    "authtoken",
    "privatetoken",
    "apikey",
    "secret",
    "clientsecret",
    "password",
    "passwd",
    "pwd",
    "sig",
    "signature",
    "xamzsignature",
    "xamzsecuritytoken",
];

/// Where secrets lie in a text that may hold addresses: byte ranges of logins and of parameters' values.
pub(super) fn in_addresses(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("://") {
        let begin = at + 3;
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>');
        let end = text[begin..].find(ends).map_or(text.len(), |n| begin + n);
        let address = &text[begin..end];
        let host = address.find(['/', '?', '#']).unwrap_or(address.len());
        if let Some(login) = address[..host].rfind('@').filter(|login| *login > 0) {
            found.push(begin..begin + login);
        }
        let Some(query) = address.find(['?', '#']) else {
            continue;
        };
        let mut from = begin + query + 1;
        for part in address[query + 1..].split(['&', '#', '?']) {
            if let Some((name, value)) = part.split_once('=')
                && is_secret(name)
                && !value.is_empty()
                && !value.starts_with("env:")
            {
                found.push(from + name.len() + 1..from + part.len());
            }
            from += part.len() + 1;
        }
    }
    found
}

fn is_secret(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    NAMES.contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<&str> {
        in_addresses(text).into_iter().map(|at| &text[at]).collect()
    }

    #[test]
    fn logins_and_parameters_with_a_secret_are_found_and_nothing_else() {
        assert_eq!(told("https://ana:s3cret@x.example/v"), ["ana:s3cret"]);
        assert_eq!(told("url = \"https://t0k3n@x.example\""), ["t0k3n"]);
        assert_eq!(told("https://x/v?a=1&Access_Token=abc#b"), ["abc"]);
        assert_eq!(
            told("https://x/a.ics?X-Amz-Signature=9f&x=1 and https://y/?sig=é"),
            ["9f", "é"]
        );
        for plain in [
            "https://x.example/version?environment=production",
            "https://x.example/@ana",
            "https://x.example/?token=",
            "ana@x.example",
            "",
            "://",
            "https://@x",
        ] {
            assert_eq!(told(plain), [""; 0], "{plain}");
        }
    }
}
