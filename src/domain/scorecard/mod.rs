//! How deliveries go: lead time, rollbacks, frequency, errors after deploys, and what the thresholds were worth.
//!
//! Pure: from what GitHub told over months and what this machine's journals hold. Asks nobody and reads no file.

mod band;
mod calibration;
mod candidates;
mod card;
mod delivery;
mod deploys;
mod journalled;
mod sample;
mod split;
mod trial;
mod week;

pub use band::*;
pub use calibration::*;
pub use candidates::*;
pub use card::*;
pub use delivery::*;
pub use deploys::*;
pub use journalled::*;
pub use sample::*;
pub use split::*;
pub use trial::*;
pub use week::*;
