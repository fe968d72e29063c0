//! The name that was probably meant.

/// The candidate nearest to `word`, where one is near enough to be what was meant.
///
/// Distance: optimal string alignment (insert, remove, replace, swap neighbours), at most a third of the word. A
/// candidate that `word` begins, or that begins `word`, counts as near from three letters on.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Names are short; what is not is no typing error, and the table below grows with the square.
    if word.is_empty() || word.len() > 64 {
        return None;
    }
    let limit = (word.chars().count() / 3).max(1);
    let lowered = word.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= 64)
        .map(|candidate| {
            let plain = candidate.to_lowercase();
            let contained = word.len() >= 3
                && (plain.starts_with(&lowered)
                    || (plain.len() >= 3 && lowered.starts_with(&plain)));
            let far = distance(&lowered, &plain);
            (if contained { far.min(limit) } else { far }, candidate)
        })
        .filter(|(far, _)| *far <= limit)
        .min_by_key(|(far, _)| *far)
        .map(|(_, candidate)| candidate)
}

fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, r) in right.iter().enumerate() {
            let mut best = (above[j] + usize::from(l != r))
                .min(above[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *l == right[j - 1] && left[i - 1] == *r {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_another_word_finds_nothing() {
        let keys = ["workflow", "environment", "job", "gate", "triggers"];
        assert_eq!(nearest("workflwo", keys), Some("workflow"));
        assert_eq!(nearest("enviroment", keys), Some("environment"));
        assert_eq!(nearest("trigger", keys), Some("triggers"));
        assert_eq!(nearest("Gates", keys), Some("gate"));
        assert_eq!(nearest("banana", keys), None);
        assert_eq!(nearest("", keys), None);
    }

    #[test]
    fn a_swap_of_neighbours_is_one_slip() {
        assert_eq!(distance("jbo", "job"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
