//! The screen's state machine: model, actions, focus, prompts. Knows no terminal.
