//! Anomalies, statistically honest: a metric after a change against its own past, a bounded rate of false alarms over
//! all looks, sizes with confidence; and past changes as cases that the judge is tried on.

mod beyond;
mod boundary;
mod case;
mod clipped;
mod continued;
mod dependence;
mod detectable;
mod detector;
mod direction;
mod effect;
mod evidence;
mod label;
mod mean;
mod metric;
mod noise;
mod null;
mod rank;
mod reading;
mod recurring;
mod reference;
mod robust;
mod ruling;
mod side;
mod sustained;
mod tally;
mod terms;
mod transient;
mod trial;

pub use boundary::Budget;
pub use case::*;
pub use dependence::*;
pub use detector::*;
pub use direction::*;
pub use effect::*;
pub use label::*;
pub use metric::*;
pub use rank::*;
pub use reading::*;
pub use robust::*;
pub use tally::*;
pub use terms::*;
pub use trial::*;
