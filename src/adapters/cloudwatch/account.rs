//! One account and region: its client, made at the first question, and patience with it.

use std::{future::Future, sync::Arc, time::Duration};

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::{
    Client,
    config::{
        BehaviorVersion, Credentials, Region, StalledStreamProtectionConfig, retry::RetryConfig,
        timeout::TimeoutConfig,
    },
};
use aws_smithy_http_client::{
    Builder as HttpBuilder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::SignedDuration;
use secrecy::ExposeSecret;
use tokio::sync::OnceCell;
use url::Url;

use super::{Settings, limit::BodyLimit};
use crate::{
    domain::{Fault, FaultKind, is_this_machine},
    ports::Clock,
};

/// Questions sent for one answer, the first included.
const ATTEMPTS: u32 = 3;

/// What the SDK does by itself is what it did then.
const BEHAVIOR: fn() -> BehaviorVersion = BehaviorVersion::v2026_01_12;

/// The variable that goes before the endpoint of all services.
const OWN_ENDPOINT: &str = "AWS_ENDPOINT_URL_CLOUDWATCH";

/// Waits that are longer are left to whoever asks: a poller has a cadence of its own.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(5);

/// An account of the configuration.
pub(super) struct Account {
    pub(super) settings: Settings,
    pub(super) clock: Arc<dyn Clock>,
    client: OnceCell<Client>,
}

impl Account {
    pub(super) fn new(settings: Settings, clock: Arc<dyn Clock>) -> Self {
        Self {
            settings,
            clock,
            client: OnceCell::new(),
        }
    }

    /// The client; made by the first who asks.
    pub(super) async fn client(&self) -> &Client {
        self.client.get_or_init(|| connect(&self.settings)).await
    }

    /// Asks again where that can help: at most [`ATTEMPTS`] times, waiting one and then two seconds.
    pub(super) async fn patiently<T, F>(&self, mut ask: impl FnMut() -> F) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        let mut wait = SignedDuration::from_secs(1);
        for _ in 1..ATTEMPTS {
            let fault = match ask().await {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            let now = self.clock.now();
            let until = match fault.kind {
                FaultKind::RateLimited { until } => until,
                _ => now.saturating_add(wait).unwrap_or(now),
            };
            if !fault.passes_by_itself() || now.duration_until(until) > LONGEST_WAIT {
                return Err(fault);
            }
            self.clock.sleep_until(until).await;
            wait = wait.saturating_add(wait);
        }
        ask().await
    }
}

/// How long an answer may take, as the SDK is told it.
struct Patience {
    retry: RetryConfig,
    timeouts: TimeoutConfig,
    stalls: StalledStreamProtectionConfig,
}

fn patience() -> Patience {
    Patience {
        // Retries go through `ports::Clock`; the SDK's own would sleep by themselves.
        retry: RetryConfig::disabled(),
        timeouts: TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(4))
            .read_timeout(Duration::from_secs(10))
            .operation_timeout(Duration::from_secs(20))
            .build(),
        stalls: StalledStreamProtectionConfig::enabled()
            .grace_period(Duration::from_secs(5))
            .build(),
    }
}

/// What environment, files and metadata services say for these settings.
pub(super) async fn shared(settings: &Settings) -> SdkConfig {
    let Patience {
        retry,
        timeouts,
        stalls,
    } = patience();
    let mut loader = aws_config::defaults(BEHAVIOR())
        .retry_config(retry)
        .timeout_config(timeouts)
        .stalled_stream_protection(stalls);
    if let Some(region) = settings.region.clone().map(Region::new) {
        loader = loader.region(region);
    }
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(endpoint) = &settings.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    loader.load().await
}

async fn connect(settings: &Settings) -> Client {
    if let Some(keys) = &settings.keys {
        let Patience {
            retry,
            timeouts,
            stalls,
        } = patience();
        let region = settings.region.clone().map(Region::new);
        let secret = keys.secret.expose_secret();
        let config = aws_sdk_cloudwatch::Config::builder()
            .behavior_version(BEHAVIOR())
            .interceptor(BodyLimit)
            .credentials_provider(Credentials::from_keys(&keys.id, secret, None))
            .region(region.or_else(|| Some(Region::new("us-east-1"))))
            .retry_config(retry)
            .timeout_config(timeouts)
            .stalled_stream_protection(stalls);
        let mut config = match &settings.endpoint {
            Some(endpoint) => config.endpoint_url(endpoint),
            None => config,
        };
        config.set_http_client(direct(settings.endpoint.as_deref()));
        return Client::from_conf(config.build());
    }
    let shared = shared(settings).await;
    let mut config = aws_sdk_cloudwatch::config::Builder::from(&shared).interceptor(BodyLimit);
    // In the order in which the SDK takes them.
    let own = || std::env::var(OWN_ENDPOINT).ok();
    let endpoint = settings.endpoint.clone().or_else(own);
    let endpoint = endpoint.as_deref().or_else(|| shared.endpoint_url());
    if let Some(client) = direct(endpoint) {
        config.set_http_client(Some(client));
    }
    Client::from_conf(config.build())
}

/// The way to an endpoint on this machine, which no proxy of the network's knows; `None`: the SDK's own, which goes by the
/// environment's proxy.
fn direct(endpoint: Option<&str>) -> Option<SharedHttpClient> {
    let url: Url = endpoint?.parse().ok()?;
    is_this_machine(&url).then(|| {
        let provider = Provider::Rustls(CryptoMode::AwsLc);
        HttpBuilder::new().tls_provider(provider).build_https()
    })
}
