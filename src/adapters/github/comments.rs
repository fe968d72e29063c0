//! Comments on a pull request.

use super::{
    client::{Client, List},
    page::Broken,
    wire,
};
use crate::domain::{Fault, observation::CommentSnapshot};

/// Ten pages of a hundred. A comment that cannot be read is left out: nothing is decided on its absence.
const ALL: List = List {
    field: None,
    broken: Broken::Skip,
    pages: 10,
};

impl Client {
    /// Comments of a pull request, oldest first as GitHub lists them; at most the first 1,000.
    pub(super) async fn comments_of(&self, number: u64) -> Result<Vec<CommentSnapshot>, Fault> {
        let what = format!("GitHub: comments of #{number}");
        let url = self.repo(
            ["issues", &number.to_string(), "comments"],
            &[("per_page", "100")],
        );
        self.all(url, ALL, &what, wire::Comment::read).await
    }
}
