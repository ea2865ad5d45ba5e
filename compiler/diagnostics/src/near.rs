//! "Did you mean": the known words near to the one written.

/// The longest word that is compared.
const LONGEST: usize = 64;

/// The candidates that a slip of the pen may have turned into `word`, the nearest first, then by the alphabet.
///
/// An edit inserts, drops or replaces a character, or exchanges two neighbours. At most a third of the word's characters, but
/// one at least, may be edits; a word of one character is near to none.
pub fn near<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let length = word.chars().count();
    if !(2..=LONGEST).contains(&length) {
        return Vec::new();
    }
    let limit = (length / 3).max(1);
    let mut found: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        .filter(|(edits, _)| *edits <= limit)
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

/// The one candidate that is surely meant: none where all are far, or where two are equally near.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = near(word, candidates);
    match near[..] {
        [] => None,
        [only] => Some(only),
        [first, second, ..] => {
            let edits = |candidate: &str| strsim::osa_distance(word, candidate);
            (edits(first) < edits(second)).then_some(first)
        }
    }
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
        assert_eq!(nearest("wbe", ["api", "web", "db"]), Some("web"));
        assert_eq!(nearest("monitorng", ["monitoring", "metrics"]), Some("monitoring"));
    }

    #[test]
    fn a_short_word_with_most_letters_wrong_is_another_word() {
        assert_eq!(nearest("udp", ["ntp"]), None);
        assert_eq!(nearest("ops", ["api"]), None);
        assert_eq!(nearest("zz", ["api", "web"]), None);
        assert_eq!(nearest("a", ["b"]), None);
    }

    #[test]
    fn of_two_words_equally_near_neither_is_surely_meant() {
        assert_eq!(near("ap", ["app", "api", "db"]), ["api", "app"]);
        assert_eq!(nearest("ap", ["app", "api", "db"]), None);
        assert_eq!(nearest("apii", ["app", "api", "db"]), Some("api"));
    }
}
