//! Blackouts and deployment windows: recurrences and iCalendar files become absolute windows.

mod expand;
mod ics;
mod source;

pub use source::*;
