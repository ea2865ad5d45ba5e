//! The parser that pest makes of `netpol.pest`; the only file that starts it.

// The generated types cannot carry doc comments.
#![allow(missing_docs)]

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pairs;

#[derive(pest_derive::Parser)]
#[grammar = "netpol.pest"]
struct Grammar;

/// Where reading a text got stuck.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// The furthest offset that was understood.
    pub at: usize,
    /// What could have stood there.
    pub expected: Vec<Rule>,
}

/// Reads `text` by one rule.
pub(crate) fn read(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, Failure> {
    Grammar::parse(rule, text).map_err(|error| {
        let at = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
        let expected = match error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives,
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        Failure { at, expected }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn programs(folder: &str) -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let entries = std::fs::read_dir(folder).expect("the folder can be read");
        entries
            .map(|entry| std::fs::read_to_string(entry.unwrap().path()).expect("the program can be read"))
            .collect()
    }

    #[test]
    fn the_rule_for_a_whole_file_accepts_every_program() {
        let all = [programs("../../stdlib"), programs("tests/programs")].concat();
        assert!(all.len() > 15);
        for program in all {
            if let Err(failure) = read(Rule::file, &program) {
                panic!("stuck before {:?}", &program[failure.at..].chars().take(80).collect::<String>());
            }
        }
    }
}
