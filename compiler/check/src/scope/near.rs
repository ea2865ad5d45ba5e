//! Names near a misspelt one.

/// The nearest of `candidates`, where it is near enough that a slip of the pen explains it.
///
/// Among equally near names the first in alphabetical order is given.
pub(crate) fn nearest<'n>(wrong: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let allowed = match wrong.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        6.. => 3,
    };
    let close = candidates.into_iter().filter_map(|name| Some((distance(wrong, name, allowed)?, name)));
    let best = close.min()?;
    // A two-letter name one letter away is no more likely meant than any other.
    (best.0 < wrong.chars().count()).then_some(best.1)
}

/// Insertions, deletions, substitutions and swaps of neighbours from one text to the other, up to `limit`.
fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let get = |cells: &[usize], at: usize| cells.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut best =
                (get(&above, j) + usize::from(x != y)).min(get(&above, j + 1) + 1).min(get(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(get(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = above;
        above = row;
    }
    above.last().copied().filter(|found| *found <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_of_neighbours_is_one_step() {
        assert_eq!(distance("wbe", "web", 2), Some(1));
        assert_eq!(nearest("wbe", ["api", "web", "db"]), Some("web"));
        assert_eq!(nearest("monitorng", ["monitoring", "metrics"]), Some("monitoring"));
        assert_eq!(nearest("zz", ["api", "web"]), None);
    }
}
