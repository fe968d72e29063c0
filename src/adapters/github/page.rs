//! Pages: the `Link` header (RFC 8288) as GitHub writes it, and lists whose broken items may or may not be lost.

use reqwest::{Url, header::HeaderValue};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::domain::{Fault, FaultKind};

/// The address of the next page, where there is one.
///
/// Only the query is taken from the header: a server behind a proxy names itself by another host, and the token
/// stays where it belongs.
pub(super) fn next(link: Option<&HeaderValue>, here: &Url) -> Option<Url> {
    let link = link?.to_str().ok()?;
    for part in link.split(',') {
        let Some((address, parameters)) = part.trim().split_once('>') else {
            continue;
        };
        let is_next = parameters.split(';').any(|p| {
            let p = p.trim().to_ascii_lowercase();
            p == "rel=\"next\"" || p == "rel=next"
        });
        if is_next {
            let told = here.join(address.trim_start_matches('<')).ok()?;
            let mut page = here.clone();
            page.set_query(told.query());
            return (page != *here).then_some(page);
        }
    }
    None
}

/// What to do with an item that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// Leave it out: nothing is decided on its absence.
    Skip,
    /// Fail: without it a person would decide on less than there is.
    Fail,
}

/// Reads a list that is the body (`field` is `None`) or a field of it; `read` maps wire to domain.
pub(super) fn items<W, T>(
    body: &[u8],
    field: Option<&str>,
    broken: Broken,
    what: &str,
    read: impl Fn(W) -> Option<T>,
) -> Result<Vec<T>, Fault>
where
    W: DeserializeOwned,
{
    let malformed = |detail: String| Fault::new(FaultKind::Malformed, what, detail);
    let mut whole: Value = super::answer::json(body, what)?;
    let list = match field {
        Some(field) => whole.get_mut(field).map(Value::take),
        None => Some(whole),
    };
    let Some(Value::Array(list)) = list else {
        let name = field.unwrap_or("the answer");
        return Err(malformed(format!("`{name}` is not a list")));
    };
    let mut out = Vec::with_capacity(list.len());
    for (at, item) in list.into_iter().enumerate() {
        let item = match serde_path_to_error::deserialize::<_, W>(item) {
            Ok(item) => read(item).ok_or_else(|| format!("item {at} lacks an id or a commit")),
            Err(error) => Err(format!("item {at}, {}: unreadable", error.path())),
        };
        match (item, broken) {
            (Ok(item), _) => out.push(item),
            (Err(detail), Broken::Fail) => return Err(malformed(detail)),
            (Err(detail), Broken::Skip) => tracing::warn!(what, detail, "left an item out"),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_among_others() {
        let here = Url::parse("https://api.github.com/x?page=1").unwrap();
        let link = HeaderValue::from_static(
            "<https://inner.host/x?page=9>; rel=\"last\", <https://inner.host/y?page=2>; rel=\"next\"",
        );
        let page = next(Some(&link), &here).unwrap();
        assert_eq!(page.as_str(), "https://api.github.com/x?page=2");
        let last = HeaderValue::from_static("<https://api.github.com/x?page=1>; rel=\"prev\"");
        assert_eq!(next(Some(&last), &here), None);
        assert_eq!(next(Some(&HeaderValue::from_static(";;,<")), &here), None);
    }

    #[test]
    fn a_broken_item_is_lost_alone_or_fails_the_list() {
        let body = br#"{"l":[1,"x",3]}"#;
        let keep = |n: u64| Some(n);
        let kept = items(body, Some("l"), Broken::Skip, "t", keep).unwrap();
        assert_eq!(kept, [1, 3]);
        let fault = items(body, Some("l"), Broken::Fail, "t", keep).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Malformed);
        let none = items(b"{}", Some("l"), Broken::Skip, "t", keep).unwrap_err();
        assert!(none.detail.as_str().contains("`l` is not a list"));
    }
}
