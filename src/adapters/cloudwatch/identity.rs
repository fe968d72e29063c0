//! By whose keys CloudWatch is asked: the end of the key's id, and the account it is of, where the keys tell it.

use aws_credential_types::{Credentials, attributes::AccountId, provider::ProvideCredentials as _};
use futures_util::future::join_all;

use super::{
    CloudWatch,
    account::{Account, shared},
    fault::Question,
};
use crate::domain::{Fault, FaultKind, Text};

/// Characters of a key's id that are told: enough to know it again.
const TOLD: usize = 4;

impl CloudWatch {
    /// For each entry its name, and whose keys it has. Signs in where that is needed; asks nothing of CloudWatch.
    pub async fn identities(&self) -> Vec<(Option<String>, Result<Text, Fault>)> {
        let each = self.accounts.iter().map(async |account| {
            let name = account.settings.name.clone();
            (name, account.identity().await)
        });
        join_all(each).await
    }
}

impl Account {
    async fn identity(&self) -> Result<Text, Fault> {
        if let Some(keys) = &self.settings.keys {
            return Ok(in_words(&keys.id, None, None));
        }
        let question = Question {
            what: "credentials",
            action: "",
            settings: &self.settings,
            now: self.clock.now(),
        };
        let shared = shared(&self.settings).await;
        let Some(provider) = shared.credentials_provider() else {
            let detail = format!("no AWS credentials: {}", self.settings.sign_in());
            return Err(question.fault(FaultKind::Unauthenticated, detail));
        };
        let keys = provider.provide_credentials().await;
        let keys = keys.map_err(|error| question.signed_out(&error))?;
        Ok(told(&keys, self.settings.profile.as_deref()))
    }
}

fn told(keys: &Credentials, profile: Option<&str>) -> Text {
    let account = keys.account_id().map(AccountId::as_str);
    in_words(keys.access_key_id(), account, profile)
}

fn in_words(key: &str, account: Option<&str>, profile: Option<&str>) -> Text {
    let skipped = key.chars().count().saturating_sub(TOLD);
    let end: String = key.chars().skip(skipped).collect();
    let account = account.map_or_else(
        || ", which do not tell their account".to_owned(),
        |account| format!(" of account {account}"),
    );
    let profile = profile.map_or_else(String::new, |profile| format!(", profile {profile}"));
    Text::line(&format!("keys …{end}{account}{profile}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_by_their_end_and_nothing_of_the_secret_is_told() {
        let keys = Credentials::builder()
            .access_key_id("AKIAPLANTEDPLANTWXYZ")
            .secret_access_key("PLANTED")
            .session_token("PLANTED")
            .account_id("123456789012")
            .provider_name("test")
            .build();
        let said = told(&keys, Some("prod-ro"));
        assert_eq!(
            said.as_str(),
            "keys …WXYZ of account 123456789012, profile prod-ro"
        );
        let few = in_words("ab", None, None);
        assert_eq!(few.as_str(), "keys …ab, which do not tell their account");
    }
}
