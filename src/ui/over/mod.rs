//! What lies over the panes: prompts, one a file, the help, the lane and the palette.

mod any;
mod approve;
mod card;
mod checklist;
mod fact;
mod fields;
mod foot;
mod help;
mod lane;
mod other;
mod palette;
mod rollback;
mod sheet;
mod walk;
mod walk_lists;

pub(super) use any::draw;
