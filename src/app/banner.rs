//! What the bar at the foot is made of: words, and how loud they are.

/// How loud a bar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to do.
    Calm,
    /// Something that is missing wants a look.
    Look,
    /// Something is on its way.
    Busy,
    /// A person is asked. Filled.
    Decision,
    /// Something is wrong. Filled, two lines.
    Alert,
    /// The good end.
    Good,
}

/// What the bar says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// How loud.
    pub tone: Tone,
    /// The first words.
    pub head: String,
    /// What stands beside them.
    pub detail: String,
    /// What stands at the right edge.
    pub right: String,
}

impl Bar {
    pub(super) fn new(tone: Tone, head: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            tone,
            head: head.into(),
            detail: detail.into(),
            right: String::new(),
        }
    }

    /// The same with more beside its first words, where there is more.
    pub(super) fn and(mut self, text: Option<String>) -> Self {
        if let Some(text) = text {
            if !self.detail.is_empty() {
                self.detail.push_str(" · ");
            }
            self.detail.push_str(&text);
        }
        self
    }

    pub(super) fn right(mut self, text: impl Into<String>) -> Self {
        self.right = text.into();
        self
    }
}
