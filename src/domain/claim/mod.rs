//! Claims between machines: who drives, who rolls back, who holds, what is locked. Values alone; where they stand is a
//! port's business.

mod holder;
mod name;
mod note;
mod seen;

pub use holder::*;
pub use name::*;
pub use note::*;
pub use seen::*;
