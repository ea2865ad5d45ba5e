//! Almost-right statements: the mistakes people make first, each with its own message.
//!
//! A slip is told from the text around the place where reading got stuck. Each looks at its own pattern and says nothing otherwise;
//! `recover` tries the repairs in order and takes the first that helps.

mod addresses;
mod flows;
mod marks;
mod platform;
mod selectors;
mod spelling;
mod texts;

use crate::grammar::Rule;
use crate::layout;
use crate::patch::Patch;
use crate::words;
use netpol_diagnostics::Code;
use std::ops::Range;

/// Where reading a statement got stuck.
pub(crate) struct Context<'a> {
    /// The statement.
    pub text: &'a str,
    /// Where reading got stuck.
    pub at: usize,
    /// What could have stood there.
    pub expected: &'a [Rule],
    /// The rest of the statement's last line: a comment or the `{` of a block.
    pub after: &'a str,
    /// Whether it is a line of a `cluster` block.
    pub in_cluster: bool,
}

/// A mistake that is understood, and how to repair it; offsets count from the statement's start.
#[derive(Clone, Debug)]
pub(crate) struct Slip {
    /// The diagnostic's number.
    pub code: Code,
    /// Its title.
    pub title: String,
    /// Its place.
    pub place: Range<usize>,
    /// What to say there.
    pub label: String,
    /// What to change.
    pub help: Option<String>,
    /// The change; empty where only the author knows it.
    pub repair: Vec<Patch>,
    /// The change as it is offered, where it reaches beyond the statement's text.
    pub offered: Option<Vec<Patch>>,
    /// Whether the change is surely what was meant.
    pub sure: bool,
    /// Whether the message is right although the repaired statement has another mistake further on.
    pub holds_alone: bool,
}

impl Slip {
    fn new(title: impl Into<String>, place: Range<usize>, label: impl Into<String>) -> Slip {
        Slip {
            code: Code(101),
            title: title.into(),
            place,
            label: label.into(),
            help: None,
            repair: Vec::new(),
            offered: None,
            sure: false,
            holds_alone: false,
        }
    }

    fn code(mut self, code: u16) -> Slip {
        self.code = Code(code);
        self
    }

    /// Advice without a change.
    fn help(mut self, help: impl Into<String>) -> Slip {
        self.help = Some(help.into());
        self
    }

    /// Advice with the change that is surely meant.
    fn fix(mut self, help: impl Into<String>, repair: Vec<Patch>) -> Slip {
        self.help = Some(help.into());
        self.repair = repair;
        self.sure = true;
        self
    }

    /// Advice with a change that makes the statement readable, but may not be what was meant.
    fn guess(mut self, help: impl Into<String>, repair: Vec<Patch>) -> Slip {
        self.help = Some(help.into());
        self.repair = repair;
        self
    }

    fn holds_alone(mut self) -> Slip {
        self.holds_alone = true;
        self
    }
}

/// Looks for one kind of slip.
type Look = fn(&Context<'_>, &mut Vec<Slip>);

/// Every kind, the likeliest first.
const KINDS: &[Look] = &[
    texts::odd_characters,
    texts::single_quotes,
    texts::ticket_as_comment,
    spelling::first_word,
    spelling::expected_word,
    addresses::url,
    addresses::not_an_address,
    addresses::trailing_dot,
    addresses::port_after_host,
    marks::arrow,
    marks::second_arrow,
    marks::comma,
    selectors::selects,
    selectors::parentheses,
    selectors::comma,
    selectors::place,
    selectors::workload,
    selectors::by,
    platform::attribute,
    platform::owns,
    platform::whole_namespace,
    platform::except,
    platform::on,
    marks::colon,
    marks::missing_equals,
    marks::missing_comma,
    flows::port,
    flows::namespace,
    flows::labels,
    flows::outcome,
    marks::port_words,
    marks::port_range,
    marks::star_port,
    marks::and,
    marks::leading_hyphen,
    marks::two_slashes,
    texts::unquoted_reason,
    texts::needless_quotes,
    texts::dotted_path,
    marks::open_bracket,
    flows::order,
    flows::exposed_to,
];

/// The slips that the text may hold, the likeliest first.
pub(crate) fn candidates(context: &Context<'_>) -> Vec<Slip> {
    let mut found = Vec::new();
    KINDS.iter().for_each(|look| look(context, &mut found));
    found
}

impl<'a> Context<'a> {
    /// The text from where reading got stuck, without the space before it, and its offset.
    fn rest(&self) -> (usize, &'a str) {
        self.beyond(self.at)
    }

    /// The text from an offset on, without the space it begins with, and its offset.
    fn beyond(&self, at: usize) -> (usize, &'a str) {
        let rest = self.text.get(at..).unwrap_or("").trim_start_matches([' ', '\t']);
        (self.text.len() - rest.len(), rest)
    }

    /// The text before where reading got stuck, without the space after it.
    fn before(&self) -> &'a str {
        self.text.get(..self.at).unwrap_or("").trim_end_matches([' ', '\t'])
    }

    /// The stretch without spaces, commas and brackets around where reading got stuck.
    fn run(&self) -> Range<usize> {
        let (start, _) = self.rest();
        let breaks = |character: char| {
            character.is_whitespace() || matches!(character, ',' | '[' | ']' | '(' | ')' | '"')
        };
        let before = self.text.get(..start).unwrap_or("");
        let from = before
            .char_indices()
            .rev()
            .find(|(_, character)| breaks(*character))
            .map_or(0, |(at, c)| at + c.len_utf8());
        let length = self.text.get(start..).unwrap_or("").find(breaks).unwrap_or(self.text.len() - start);
        from..start + length
    }

    fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or("")
    }

    fn expects(&self, rules: &[Rule]) -> bool {
        self.expected.iter().any(|rule| rules.contains(rule))
    }

    /// Whether the statement has this word, before where reading got stuck.
    fn has_word(&self, word: &str) -> bool {
        self.before().split(|character: char| character.is_whitespace()).any(|part| part == word)
    }
}

/// How many bytes of a text belong together as one piece for a message.
pub(crate) fn token_length(text: &str) -> usize {
    let word = layout::word_at(text, 0);
    if !word.is_empty() {
        return word.len();
    }
    if text.starts_with("->") {
        return 2;
    }
    text.chars().next().map_or(0, char::len_utf8)
}

/// A piece of text as a message shows it: shortened, and readable where it shows nothing.
pub(crate) fn shown(token: &str) -> String {
    match token.chars().next() {
        Some(first) if layout::is_hidden(first) => format!("character U+{:04X}", u32::from(first)),
        Some(_) | None => match token.char_indices().nth(40) {
            Some((end, _)) => format!("`{}…`", token.get(..end).unwrap_or("")),
            None => format!("`{token}`"),
        },
    }
}

/// Whether a statement that got stuck at its second word starts with a word that starts none.
pub(crate) fn starts_nothing(text: &str, at: usize) -> bool {
    let first = layout::word_at(text, 0);
    let known =
        words::STATEMENTS.contains(&first) || words::ATTRIBUTES.contains(&first) || words::is_reserved(first);
    let second = text
        .get(first.len()..)
        .map_or(at, |rest| first.len() + rest.len() - rest.trim_start_matches([' ', '\t']).len());
    !first.is_empty() && !known && at == second && !text.contains("->") && at < text.len()
}
