//! A team's own programs, bounded in time and output.
