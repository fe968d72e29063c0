//! What is known of a past change: the truth of a case.

/// The truth of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// It made something worse.
    Regression,
    /// It did not.
    Healthy,
    /// Nothing was measured.
    NoData,
}

impl Label {
    /// From a word, in the forms that data sets use; `None`: not a word for any.
    pub fn of_word(word: &str) -> Option<Self> {
        let word: String = word
            .chars()
            .take(40)
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        match word.as_str() {
            "regression" | "regressed" | "bad" | "fail" | "failed" | "anomaly" | "anomalous"
            | "abnormal" | "erroneous" | "incident" | "faulty" | "fault" | "unhealthy"
            | "positive" | "high" | "low" | "true" | "yes" | "1" => Some(Self::Regression),
            "ok" | "okay" | "healthy" | "good" | "pass" | "passed" | "normal" | "negative"
            | "none" | "noregression" | "nochange" | "benign" | "clean" | "false" | "no" | "0" => {
                Some(Self::Healthy)
            }
            "nodata" | "missing" | "empty" => Some(Self::NoData),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_come_in_many_words() {
        for word in ["regression", "Bad", "1", "TRUE", "anomaly"] {
            assert_eq!(Label::of_word(word), Some(Label::Regression), "{word}");
        }
        for word in ["ok", "healthy", "0", "no-regression", "normal"] {
            assert_eq!(Label::of_word(word), Some(Label::Healthy), "{word}");
        }
        assert_eq!(Label::of_word("no_data"), Some(Label::NoData));
        assert_eq!(Label::of_word("perhaps"), None);
    }
}
