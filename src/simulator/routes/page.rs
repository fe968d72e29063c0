//! Pages as GitHub cuts them: `page` and `per_page`, and the `Link` header.

use std::ops::Range;

use crate::simulator::ask::{Ask, Reply};

/// Which part of a list is asked for, and the address of the others.
pub(super) struct Page {
    pub(super) range: Range<usize>,
    number: usize,
    size: usize,
    last: usize,
}

impl Page {
    /// Reads the page from a request; `usual` entries where nothing is said, at most `most`.
    pub(super) fn of(ask: &Ask, total: usize, usual: usize, most: usize) -> Self {
        let number = |name| {
            ask.parameter(name)
                .and_then(|text| text.parse::<usize>().ok())
        };
        let size = number("per_page").unwrap_or(usual).clamp(1, most);
        let at = number("page").unwrap_or(1).max(1);
        let from = (at - 1).saturating_mul(size).min(total);
        Self {
            range: from..from.saturating_add(size).min(total),
            number: at,
            size,
            last: total.div_ceil(size).max(1),
        }
    }

    pub(super) fn is_first(&self) -> bool {
        self.number == 1
    }

    /// Adds `Link` where there is more than one page.
    pub(super) fn link(&self, reply: Reply, ask: &Ask) -> Reply {
        if self.last == 1 {
            return reply;
        }
        let others: Vec<String> = ask
            .query
            .iter()
            .filter(|(key, _)| key != "page" && key != "per_page")
            .map(|(key, value)| format!("&{key}={}", escape(value)))
            .collect();
        let others = others.concat();
        let to = |page: usize, rel: &str| {
            format!(
                "<{}{}?page={page}&per_page={}{others}>; rel=\"{rel}\"",
                ask.base(),
                ask.path,
                self.size
            )
        };
        let mut links = Vec::new();
        if self.number > 1 {
            links.push(to(self.number - 1, "prev"));
        }
        if self.number < self.last {
            links.push(to(self.number + 1, "next"));
            links.push(to(self.last, "last"));
        }
        if self.number > 1 {
            links.push(to(1, "first"));
        }
        reply.with("link", links.join(", "))
    }
}

/// Percent-encodes what may not stand in a query.
fn escape(value: &str) -> String {
    value
        .bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(b).to_string()
            }
            _ => format!("%{b:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(query: &[(&str, &str)]) -> Ask {
        let own = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
        Ask {
            path: "/x".to_owned(),
            query: query.iter().map(own).collect(),
            ..Ask::default()
        }
    }

    #[test]
    fn the_middle_page_names_its_neighbours() {
        let ask = ask(&[("per_page", "10"), ("page", "2"), ("event", "a b")]);
        let page = Page::of(&ask, 25, 30, 100);
        assert_eq!(page.range, 10..20);
        let reply = page.link(Reply::empty(200), &ask);
        let (_, link) = reply.headers.last().unwrap();
        assert!(
            link.contains("page=3&per_page=10&event=a%20b>; rel=\"next\""),
            "{link}"
        );
        assert!(
            link.contains("page=1&per_page=10&event=a%20b>; rel=\"prev\""),
            "{link}"
        );
    }

    #[test]
    fn a_page_beyond_the_end_is_empty() {
        let page = Page::of(&ask(&[("page", "9")]), 25, 30, 100);
        assert!(page.range.is_empty());
    }
}
