//! `cockpit attend`: releases looked after without a screen, many at once, each with its own journal and lock.
//!
//! ```text
//! command   reads the command line, waits for the end
//! patrol    finds the runs that wait, starts a lookout for each, lets them end
//! lookout   one release: drives it, gives it away to who takes the seat, takes it up again, writes its documents
//! quorum    what enough people clicked in the chat becomes an approval
//! service   the rules of one file, and the ports that all its releases share
//! teller    one line a fact
//! ```

mod args;
mod command;
mod lookout;
mod patrol;
mod quorum;
mod records;
mod service;
mod signals;
mod teller;

pub use args::AttendArguments;
pub(super) use command::attend;
