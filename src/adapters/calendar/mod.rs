//! Blackouts and deployment windows: recurrences and iCalendar files become absolute windows.

mod expand;
mod ics;
mod occurs;
mod source;
mod zones;

pub use source::*;
