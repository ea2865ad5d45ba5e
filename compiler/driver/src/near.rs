//! "Did you mean": the known word nearest to the one written.

/// The candidate that fewest edits turn `word` into; none where all are far.
///
/// An edit inserts, drops or replaces a character, or exchanges two neighbours. Far is more than a third of the length.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = word.chars().count().max(3) / 3;
    let near = candidates.into_iter().map(|candidate| (distance(word, candidate), candidate));
    near.filter(|(edits, _)| *edits <= limit).min_by_key(|(edits, _)| *edits).map(|(_, candidate)| candidate)
}

/// The number of edits between two words (optimal string alignment), one row of the table at a time.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let replaced = at(&above, j) + usize::from(x != y);
            let mut best = replaced.min(at(&above, j + 1) + 1).min(at(&row, j) + 1);
            let exchanged = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if exchanged {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    at(&above, b.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_near_and_another_word_is_not() {
        let known = ["kubernetes", "calico", "cilium"];
        assert_eq!(nearest("cillium", known), Some("cilium"));
        assert_eq!(nearest("clico", known), Some("calico"));
        assert_eq!(nearest("ciluim", known), Some("cilium"));
        assert_eq!(nearest("nftables", known), None);
    }
}
