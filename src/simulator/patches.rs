//! The lines of changed files, made up: as many as the numbers say, the same for the same path.

use std::fmt::Write as _;

use super::dice;

const CODE: [&str; 16] = [
    "  const limit = await limits.forAccount(order.account);",
    "  if (attempt >= MAX_ATTEMPTS) throw new CaptureError(order.id);",
    "  await queue.push({ kind: \"capture\", order: order.id, attempt });",
    "  return total.minus(discount).rounded(currency);",
    "  log.info(\"step\", { name: step.name, order: order.id });",
    "  const rates = vat.ratesFor(basket.country);",
    "  for (const line of basket.lines) {",
    "    sum = sum.plus(line.price.times(line.quantity));",
    "  }",
    "  // The provider answers twice when it is slow.",
    "  const answer = await provider.capture(order, { timeout: 8_000 });",
    "  metrics.count(\"capture.retry\", { reason });",
    "  setSuggestions(debounced(query, 150));",
    "  expect(await capture(order)).toEqual({ state: \"captured\" });",
    "  if (!stock.isNear(shop)) return nearest(stock, shops);",
    "export const STEPS = [\"address\", \"delivery\", \"payment\", \"done\"];",
];
const WORDS: [&str; 6] = [
    "A capture that fails is tried again after 30 s, then after 5 min.",
    "  \"cart.total\": \"Celkem\",",
    "  \"cart.coupon\": \"Slevový kupón\",",
    "The limit is read from the account, not from the order.",
    "  \"checkout.failed\": \"Krok {step} se nezdařil\",",
    "Retries stop after five attempts; the order is then put aside.",
];
/// Lines added in one hunk.
const HUNK: i64 = 8;

/// Hunks with as many lines as asked for, the same for the same path.
pub(super) fn made_up(path: &str, added: i64, removed: i64) -> String {
    let is_prose = path.rsplit('.').next() != Some("ts");
    let line = |what: &str, n: i64| {
        let all: &[&str] = if is_prose { &WORDS } else { &CODE };
        let roll = dice::roll(0, &format!("{what} {path}"), n);
        let count = u64::try_from(all.len()).unwrap_or(1);
        all[usize::try_from(roll % count).unwrap_or(0)]
    };
    let mut text = String::new();
    let (mut added, mut removed, mut old, mut new, mut n) = (added, removed, 12, 12, 0);
    while added + removed > 0 {
        let (plus, minus) = (added.min(HUNK), removed.min(HUNK));
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(text, "@@ -{old},{} +{new},{} @@", minus + 2, plus + 2);
        let _ = writeln!(text, " {}", line("before", n));
        for m in 0..minus {
            let _ = writeln!(text, "-{}", line("removed", n * HUNK + m));
        }
        for m in 0..plus {
            let _ = writeln!(text, "+{}", line("added", n * HUNK + m));
        }
        let _ = writeln!(text, " {}", line("after", n));
        (added, removed) = (added - plus, removed - minus);
        (old, new, n) = (old + minus + 24, new + plus + 24, n + 1);
    }
    text.pop();
    text
}

/// One hunk over what differs between two texts, with the lines that it adds and removes.
pub(super) fn between(old: &str, new: &str) -> (String, i64, i64) {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = (&old[same..], &new[same..]);
    let tail = rest
        .0
        .iter()
        .rev()
        .zip(rest.1.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (gone, come) = (
        &rest.0[..rest.0.len() - tail],
        &rest.1[..rest.1.len() - tail],
    );
    let before = &old[same.saturating_sub(3)..same];
    let after = &old[same + gone.len()..old.len().min(same + gone.len() + 3)];
    let from = |count: usize| {
        if count == 0 {
            0
        } else {
            same - before.len() + 1
        }
    };
    let around = before.len() + after.len();
    let (olds, news) = (gone.len() + around, come.len() + around);
    let mut text = format!("@@ -{},{olds} +{},{news} @@", from(olds), from(news));
    for (mark, lines) in [(' ', before), ('-', gone), ('+', come), (' ', after)] {
        for line in lines {
            let _ = write!(text, "\n{mark}{line}");
        }
    }
    let count = |lines: &[&str]| i64::try_from(lines.len()).unwrap_or(0);
    (text, count(come), count(gone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_has_as_many_lines_as_it_says() {
        let text = made_up("src/a.ts", 19, 9);
        let count = |mark: char| text.lines().filter(|line| line.starts_with(mark)).count();
        assert_eq!((count('+'), count('-'), count('@')), (19, 9, 3));
        assert_eq!(text, made_up("src/a.ts", 19, 9));
    }

    #[test]
    fn what_differs_between_two_texts_is_one_hunk() {
        let (text, added, removed) = between("a\nb\nc\nd\ne\nf", "a\nb\nc\nX\nY\ne\nf");
        assert_eq!(text, "@@ -1,6 +1,7 @@\n a\n b\n c\n-d\n+X\n+Y\n e\n f");
        assert_eq!((added, removed), (2, 1));
        assert_eq!(between("", "a\nb").0, "@@ -0,0 +1,2 @@\n+a\n+b");
    }
}
