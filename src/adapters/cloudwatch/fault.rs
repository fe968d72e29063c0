//! What an error of the SDK means for a person.
//!
//! Codes after the CloudWatch API reference ("Common Errors") and the SDKs' shared list of throttling codes. No error
//! is printed with `Debug`: that could show what a credential program printed.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_cloudwatch::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use http_body_util::LengthLimitError;
use jiff::{SignedDuration, Timestamp};

use super::Settings;
use crate::domain::{Fault, FaultKind, Reached};

/// When a throttled question may be asked again, where the answer does not say it.
const BACK_OFF: SignedDuration = SignedDuration::from_secs(2);

/// Longest `retry-after` that is believed.
const LONGEST_BACK_OFF: SignedDuration = SignedDuration::from_secs(15 * 60);

/// Longest chain of causes that is followed.
const DEPTH: usize = 12;

/// What was asked, for the words of a fault.
pub(super) struct Question<'a> {
    /// `metric data`.
    pub(super) what: &'static str,
    /// The IAM action that it needs.
    pub(super) action: &'static str,
    pub(super) settings: &'a Settings,
    pub(super) now: Timestamp,
}

impl Question<'_> {
    pub(super) fn fault(&self, kind: FaultKind, detail: impl AsRef<str>) -> Fault {
        let what = format!("{}: {}", self.settings.whose(), self.what);
        Fault::new(kind, what, detail)
    }

    /// The fault for an error of the SDK.
    pub(super) fn failed<E>(&self, error: &SdkError<E, HttpResponse>) -> Fault
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        if let Some(credentials) = cause::<CredentialsError>(error) {
            return self.signed_out(credentials);
        }
        if cause::<LengthLimitError>(error).is_some() {
            return self.fault(
                FaultKind::TooLarge,
                "the answer is larger than any of CloudWatch's",
            );
        }
        match error {
            SdkError::TimeoutError(_) => self.fault(FaultKind::TimedOut, chain(error)),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                self.fault(FaultKind::TimedOut, chain(error))
            }
            SdkError::DispatchFailure(failure) if failure.is_user() || unsigned(error) => {
                self.unsent(error)
            }
            SdkError::DispatchFailure(_) => self.fault(FaultKind::Offline, chain(error)),
            SdkError::ServiceError(answer) => self.answered(answer.err(), answer.raw()),
            // Its body could not be read to the end; one that is read and makes no sense is a service error.
            SdkError::ResponseError(answer) => {
                let status = answer.raw().status().as_u16();
                let kind = by_status(status, self.until(answer.raw()));
                let detail = format!("the answer ({status}) broke off: {}", chain(error));
                self.fault(kind.unwrap_or(FaultKind::Offline), detail)
            }
            _ => self.unsent(error),
        }
    }

    pub(super) fn signed_out(&self, error: &CredentialsError) -> Fault {
        let told = chain(error);
        let profile = self.settings.profile.as_deref().unwrap_or("");
        let detail = match error {
            // The SDK lists every place that it looked at: too much for a line.
            CredentialsError::CredentialsNotLoaded(_) if told.contains("was not defined") => {
                format!(
                    "the AWS configuration has no profile `{profile}`: set `profile` in [[aws]] to one that it has"
                )
            }
            CredentialsError::CredentialsNotLoaded(_) => {
                format!("no AWS credentials were found: {}", self.settings.sign_in())
            }
            _ => {
                // What a credential program printed is its own affair.
                let cause = told.split("Stderr:").next().unwrap_or("").trim_end();
                format!(
                    "the AWS credentials cannot be loaded: {} ({cause})",
                    self.settings.sign_in()
                )
            }
        };
        self.fault(FaultKind::Unauthenticated, detail)
            .reaching(Reached::No)
    }

    fn unsent(&self, error: &dyn Error) -> Fault {
        let why = chain(error);
        let detail = if why.to_ascii_lowercase().contains("region") {
            format!(
                "no region: set `region` in [[aws]], AWS_REGION, or the profile's region ({why})"
            )
        } else {
            why
        };
        self.fault(FaultKind::Local, detail).reaching(Reached::No)
    }

    fn answered<E: ProvideErrorMetadata + Error + 'static>(
        &self,
        error: &E,
        raw: &HttpResponse,
    ) -> Fault {
        let status = raw.status().as_u16();
        let code = error.code().unwrap_or("");
        let said = error.message().unwrap_or("");
        let until = self.until(raw);
        let kind = by_code(code, until)
            .or_else(|| by_status(status, until))
            .unwrap_or(if code.is_empty() {
                FaultKind::Malformed
            } else {
                FaultKind::Refused
            });
        let told = match (code, said) {
            ("", "") => format!(
                "status {status}, and an answer that is not CloudWatch's: {}",
                chain(error)
            ),
            ("", said) => format!("status {status}: {said}"),
            (code, "") => format!("{code} ({status})"),
            (code, said) => format!("{code}: {said}"),
        };
        let detail = match kind {
            FaultKind::Unauthenticated => format!("{} ({told})", self.settings.sign_in()),
            FaultKind::Forbidden => format!("the right {} is missing ({told})", self.action),
            _ => told,
        };
        self.fault(kind, detail)
    }

    fn until(&self, raw: &HttpResponse) -> Timestamp {
        let told = raw
            .headers()
            .get("retry-after")
            .and_then(|value| value.trim().parse().ok());
        let wait = told.map_or(BACK_OFF, SignedDuration::from_secs);
        let wait = wait.clamp(SignedDuration::from_secs(1), LONGEST_BACK_OFF);
        self.now.saturating_add(wait).unwrap_or(self.now)
    }
}

fn by_code(code: &str, until: Timestamp) -> Option<FaultKind> {
    // `com.amazonaws.cloudwatch#ThrottlingException:http://…` and plain codes alike.
    let code = code.split(':').next().unwrap_or("");
    let code = code.rsplit('#').next().unwrap_or("");
    Some(match code {
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "LimitExceeded"
        | "LimitExceededException"
        | "LimitExceededFault"
        | "BandwidthLimitExceeded"
        | "SlowDown"
        | "PriorRequestNotComplete" => FaultKind::RateLimited { until },
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "InvalidToken"
        | "UnrecognizedClientException"
        | "UnrecognizedClient"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "InvalidAccessKeyId"
        | "AuthFailure"
        | "TokenRefreshRequired" => FaultKind::Unauthenticated,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "NotAuthorized"
        | "AuthorizationError"
        | "OptInRequired"
        | "KmsAccessDeniedException" => FaultKind::Forbidden,
        // The request's time stamp is too old: this machine's clock is wrong.
        "RequestExpired" | "RequestTimeTooSkewed" => FaultKind::Local,
        "InternalFailure"
        | "InternalServiceFault"
        | "InternalServerError"
        | "InternalError"
        | "InternalServerException"
        | "ServiceUnavailable"
        | "ServiceUnavailableException" => FaultKind::Server,
        "RequestTimeout" | "RequestTimeoutException" => FaultKind::TimedOut,
        "ResourceNotFound" | "ResourceNotFoundException" => FaultKind::NotFound,
        _ => return None,
    })
}

fn by_status(status: u16, until: Timestamp) -> Option<FaultKind> {
    match status {
        401 => Some(FaultKind::Unauthenticated),
        403 => Some(FaultKind::Forbidden),
        408 => Some(FaultKind::TimedOut),
        429 => Some(FaultKind::RateLimited { until }),
        500..=599 => Some(FaultKind::Server),
        _ => None,
    }
}

/// Whether it failed before the network, for want of a region to sign for.
fn unsigned(error: &dyn Error) -> bool {
    chain(error).contains("signing region")
}

/// The first cause of a type.
fn cause<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    std::iter::successors(Some(error), |error| (*error).source())
        .take(DEPTH)
        .find_map(<dyn Error>::downcast_ref)
}

/// An error and its causes in one line, each said once.
fn chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let causes = std::iter::successors(error.source(), |error| (*error).source());
    for cause in causes.take(DEPTH) {
        let words = cause.to_string();
        if !line.contains(&words) {
            line.push_str(": ");
            line.push_str(&words);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed_out(profile: Option<&str>, error: &CredentialsError) -> Fault {
        let settings = Settings {
            profile: profile.map(str::to_owned),
            ..Settings::default()
        };
        let question = Question {
            what: "alarms",
            action: "cloudwatch:DescribeAlarms",
            settings: &settings,
            now: Timestamp::UNIX_EPOCH,
        };
        question.signed_out(error)
    }

    #[test]
    fn missing_credentials_say_how_to_sign_in() {
        let none = CredentialsError::not_loaded("no providers in chain provided credentials");
        let fault = signed_out(Some("prod-ro"), &none);
        assert_eq!(fault.kind, FaultKind::Unauthenticated);
        assert_eq!(fault.reached, Reached::No);
        assert!(
            fault
                .detail
                .as_str()
                .ends_with("run `aws sso login --profile prod-ro`")
        );
        assert!(
            signed_out(None, &none)
                .detail
                .as_str()
                .contains("AWS_PROFILE")
        );
    }

    #[test]
    fn a_profile_that_is_not_there_is_named() {
        let none = CredentialsError::not_loaded("profile `nope` was not defined");
        let fault = signed_out(Some("nope"), &none);
        assert!(
            fault.detail.as_str().contains("no profile `nope`"),
            "{fault}"
        );
    }

    #[test]
    fn what_a_credential_program_printed_stays_out() {
        let failed = CredentialsError::provider_error("exited with status 1. Stderr: key=PLANTED");
        let fault = signed_out(Some("proc"), &failed);
        assert!(
            fault.detail.as_str().contains("exited with status 1"),
            "{fault}"
        );
        assert!(!fault.to_string().contains("PLANTED"), "{fault}");
    }

    #[test]
    fn codes_are_read_with_and_without_their_namespace() {
        let until = Timestamp::UNIX_EPOCH;
        for code in [
            "Throttling",
            "com.amazonaws.cloudwatch#ThrottlingException:http://x/",
        ] {
            assert_eq!(
                by_code(code, until),
                Some(FaultKind::RateLimited { until }),
                "{code}"
            );
        }
        assert_eq!(by_code("", until), None);
        assert_eq!(by_code("ValidationError", until), None);
    }
}
