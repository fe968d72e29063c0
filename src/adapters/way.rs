//! The way to an address: through the environment's proxy (`HTTPS_PROXY`, `NO_PROXY`), or past it to this machine, which no
//! proxy of the network's knows.

use std::collections::{BTreeMap, btree_map::Entry};

use reqwest::{
    Client, ClientBuilder, Url,
    redirect::{Action, Attempt, Policy},
};

use crate::domain::is_this_machine;

/// The same builder, past every proxy where all that it asks is on this machine.
pub(super) fn proxied(made: ClientBuilder, is_here: bool) -> ClientBuilder {
    if is_here { made.no_proxy() } else { made }
}

/// What decides on a redirect.
pub(super) type Step = fn(Attempt<'_>) -> Action;

/// Clients for several addresses, each made once it is needed: whether it follows redirects, and the way.
#[derive(Debug, Default)]
pub(super) struct Clients(BTreeMap<(bool, bool), Client>);

impl Clients {
    /// The one for this address; it follows no redirect without a `step`.
    pub(super) fn of(&mut self, url: &Url, step: Option<Step>) -> reqwest::Result<Client> {
        let is_here = is_this_machine(url);
        Ok(match self.0.entry((step.is_some(), is_here)) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(place) => {
                let policy = step.map_or_else(Policy::none, Policy::custom);
                let made = Client::builder()
                    .redirect(policy)
                    .user_agent(concat!("cockpit/", env!("CARGO_PKG_VERSION")));
                place.insert(proxied(made, is_here).build()?).clone()
            }
        })
    }
}
