//! Answers before the SDK reads them: none without end, and whole numbers as the floats that it wants.

use std::future::ready;

use aws_sdk_cloudwatch::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::BeforeDeserializationInterceptorContextMut,
    },
    error::BoxError,
};
use aws_smithy_types::body::SdkBody;
use futures_util::{StreamExt as _, stream};
use http_body_util::{BodyExt as _, Full, Limited, StreamBody};

use super::number::widened;

/// Largest answer. All 100,800 data points of a full page take about 2 MB.
const LARGEST: usize = 16 * 1024 * 1024;

/// Cuts every answer at [`LARGEST`] bytes with a `LengthLimitError`, and widens its numbers.
#[derive(Debug)]
pub(super) struct BodyLimit;

impl Intercept for BodyLimit {
    fn name(&self) -> &'static str {
        "BodyLimit"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response_mut().body_mut();
        let whole = std::mem::replace(body, SdkBody::taken());
        let limited = Limited::new(whole, LARGEST);
        let read = async {
            let read = limited.collect().await?.to_bytes();
            let read = widened(&read).map_or(read, Into::into);
            // Only a frame makes a body again; no frame is an empty one.
            Ok::<_, BoxError>(Full::new(read).frame().await.transpose()?)
        };
        let frames = stream::once(read).filter_map(|frame| ready(frame.transpose()));
        *body = SdkBody::from_body_1_x(StreamBody::new(frames));
        Ok(())
    }
}
