//! Drawing: `(&Model, &Styles) -> Frame`, one pane a file.
