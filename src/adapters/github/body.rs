//! Reading a body within a limit, with progress. The only reader of bodies in this adapter.

use reqwest::Response;

use super::answer;
use crate::{
    domain::{Fault, FaultKind},
    ports::Progress,
};

/// Reads the whole body; more than `most` bytes is [`FaultKind::TooLarge`].
pub(super) async fn read(
    mut response: Response,
    most: usize,
    what: &str,
    progress: Option<&Progress>,
) -> Result<Vec<u8>, Fault> {
    let told = response.content_length();
    let too_large = || {
        let limit = most / (1024 * 1024);
        Fault::new(
            FaultKind::TooLarge,
            what,
            format!("the answer is larger than {limit} MiB"),
        )
    };
    if told.is_some_and(|told| told > most as u64) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await;
        let Some(chunk) = chunk.map_err(|e| answer::transport_fault(what, &e))? else {
            return Ok(body);
        };
        if body.len() + chunk.len() > most {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
        if let Some(progress) = progress {
            progress(body.len() as u64, told);
        }
    }
}
