//! Who else wrote a commit: the trailers of its message, as GitHub reads them.

use crate::domain::Login;

/// The trailer that names another author.
const TRAILER: &str = "co-authored-by:";
/// Most that one commit has.
const MOST: usize = 50;

/// The accounts that a message names as authors, where it does so by GitHub's own addresses
/// (`12+octocat@users.noreply.github.com`): whose account any other address is only GitHub knows.
pub fn co_authors(message: &str) -> Vec<Login> {
    let named = message.lines().filter_map(|line| {
        let line = line.trim();
        let is_trailer = line
            .get(..TRAILER.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(TRAILER));
        let (_, mail) = line.split_once('<').filter(|_| is_trailer)?;
        let (local, host) = mail.split_once('>')?.0.trim().split_once('@')?;
        let name = local.rsplit_once('+').map_or(local, |(_, name)| name);
        host.to_ascii_lowercase()
            .starts_with("users.noreply.")
            .then(|| Login::parse(name).ok())
            .flatten()
    });
    named.take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailers_with_githubs_own_addresses_name_accounts() {
        let message = "Fix it (#12)\n\nbody with Co-authored-by: x <a+no@users.noreply.github.com>\n\n\
            Co-authored-by: Ben <12+ben-acme@users.noreply.github.com>\n\
            co-authored-by: Dee <dee@users.noreply.ghe.example.com>  \n\
            Co-authored-by: Ana <ana@example.com>\nCo-authored-by: <@>\nCo-authored-by: é\n\
            Signed-off-by: Fay <fay@users.noreply.github.com>\n";
        let names: Vec<String> = co_authors(message)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(names, ["ben-acme", "dee"]);
        assert!(co_authors("").is_empty());
    }
}
