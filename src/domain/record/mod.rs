//! The record: entries, their chain of hashes, the timeline.
