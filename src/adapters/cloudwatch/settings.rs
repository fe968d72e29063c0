//! What an `[[aws]]` entry says. Knows no other adapter's settings and reads no environment.

use secrecy::SecretString;

/// One account and region.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The entry's name, which metrics refer to.
    pub name: Option<String>,
    /// Profile of the shared AWS configuration; `None`: as the SDK finds it.
    pub profile: Option<String>,
    /// Region; `None`: as the SDK finds it.
    pub region: Option<String>,
    /// Base address; `None`: `AWS_ENDPOINT_URL_CLOUDWATCH`, `AWS_ENDPOINT_URL`, the profile, else the region's.
    pub endpoint: Option<String>,
    /// Fixed keys for a simulated world. With them neither environment nor files nor metadata services are asked.
    pub keys: Option<StaticKeys>,
}

/// An access key that is no secret of anyone's: the simulator's.
#[derive(Debug, Clone)]
pub struct StaticKeys {
    /// Access key id.
    pub id: String,
    /// Secret access key.
    pub secret: SecretString,
}

impl Settings {
    /// How to sign in again, as half a sentence.
    pub(super) fn sign_in(&self) -> String {
        match &self.profile {
            Some(profile) => format!("run `aws sso login --profile {profile}`"),
            None => {
                "run `aws sso login`, or set AWS_PROFILE to a profile that is signed in".to_owned()
            }
        }
    }

    /// Which entry this is, for a message.
    pub(super) fn whose(&self) -> String {
        match (&self.name, &self.region) {
            (Some(name), _) => format!("CloudWatch ({name})"),
            (None, Some(region)) => format!("CloudWatch ({region})"),
            (None, None) => "CloudWatch".to_owned(),
        }
    }
}
