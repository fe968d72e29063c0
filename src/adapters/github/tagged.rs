//! Reads that name what the caller holds already: an unchanged answer is none, and costs no part of the primary limit.
//!
//! Apart from the cache, which lives as long as the process: these tags are kept on the disk by who asks.

use reqwest::{
    StatusCode, Url,
    header::{ETAG, HeaderValue, LINK},
};

use super::{
    answer::Intent,
    body,
    transport::{Answer, JSON, Transport},
};
use crate::domain::Fault;

impl Transport {
    /// Reads, unless what is there is still what `tag` named; with the tag of what is there now.
    pub(super) async fn get_unless(
        &self,
        url: &Url,
        tag: Option<&str>,
        what: &str,
    ) -> Result<Option<(Answer, Option<String>)>, Fault> {
        let _turn = self.reads.acquire().await;
        // A tag that can be no header was no tag of GitHub's: asked without it.
        let tag = tag.and_then(|tag| HeaderValue::from_str(tag).ok());
        let response = self.follow(url, JSON, tag.as_ref(), what).await?;
        if response.status() == StatusCode::NOT_MODIFIED && tag.is_some() {
            return Ok(None);
        }
        if !response.status().is_success() {
            return Err(self.refused(response, what, Intent::Read).await);
        }
        let told = response.headers().get(ETAG);
        let told = told.and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let link = response.headers().get(LINK).cloned();
        let most = self.settings.bounds.json_bytes;
        let body = body::read(response, most, what, None).await?.into();
        Ok(Some((Answer { body, link }, told)))
    }
}
