//! What an encrypted connection breaks at, in words that say what to do. The library's own are for its makers.

use std::error::Error;

use rustls::{CertificateError, Error as Tls, InvalidMessage};

/// Longest chain of causes that is followed.
const DEPTH: usize = 12;

/// What is wrong with the encryption and what mends it; `None` where something else broke.
pub(super) fn broken(error: &(dyn Error + 'static)) -> Option<String> {
    std::iter::successors(Some(error), |error| (*error).source())
        .take(DEPTH)
        .find_map(within)
        .and_then(|tls| words(&tls))
}

/// An `io::Error` hides what it carries from the chain of causes, another one too.
fn within(error: &(dyn Error + 'static)) -> Option<Tls> {
    if let Some(tls) = error.downcast_ref::<Tls>() {
        return Some(tls.clone());
    }
    within(error.downcast_ref::<std::io::Error>()?.get_ref()?)
}

fn words(error: &Tls) -> Option<String> {
    let said = match error {
        Tls::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "what answers there does not speak TLS: write http://, or the port that speaks https"
        }
        Tls::InvalidCertificate(why) => return Some(certificate(why)),
        Tls::AlertReceived(_) | Tls::PeerIncompatible(_) => {
            "no TLS that both sides speak: it must offer TLS 1.2 or newer under this host's name"
        }
        _ => return None,
    };
    Some(said.to_owned())
}

fn certificate(why: &CertificateError) -> String {
    let (what, mend) = match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            "has run out",
            "renew it there, or set this machine's clock".to_owned(),
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => (
            "is not valid yet",
            "set this machine's clock, or wait".to_owned(),
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            "is for another host",
            "use a name that it was made for".to_owned(),
        ),
        CertificateError::Revoked => ("was revoked", "renew it there".to_owned()),
        _ => (
            "is not trusted here",
            format!("add who signed it to what this machine trusts ({why})"),
        ),
    };
    format!("its certificate {what}: {mend}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the connection's error carries it.
    fn told(tls: Tls) -> Option<String> {
        broken(&std::io::Error::other(std::io::Error::other(tls)))
    }

    #[test]
    fn each_way_to_break_says_what_mends_it() {
        for (error, wanted) in [
            (
                Tls::InvalidMessage(InvalidMessage::InvalidContentType),
                "does not speak TLS",
            ),
            (
                Tls::InvalidCertificate(CertificateError::UnknownIssuer),
                "is not trusted here: add who signed it",
            ),
            (
                Tls::InvalidCertificate(CertificateError::Expired),
                "has run out",
            ),
            (
                Tls::InvalidCertificate(CertificateError::NotValidForName),
                "is for another host",
            ),
        ] {
            let said = told(error).unwrap();
            assert!(said.contains(wanted), "{said}");
        }
    }

    #[test]
    fn what_is_not_about_encryption_is_left_to_others() {
        assert_eq!(broken(&std::io::Error::other("the cable")), None);
        assert_eq!(told(Tls::General("odd".to_owned())), None);
    }
}
