//! Literals: what each may be, read apart from every name.

pub(crate) mod address;
pub(crate) mod date;
pub(crate) mod domain;
pub(crate) mod port;
pub(crate) mod selector;

use netpol_diagnostics::{Code, Diagnostic, Span};

/// A warning about breadth, told where a line without `because` uses what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caution {
    /// Its number.
    pub(crate) code: Code,
    /// What is unwise.
    pub(crate) title: String,
    /// What to say at the literal.
    pub(crate) label: &'static str,
    /// A fact.
    pub(crate) note: &'static str,
    /// What to change.
    pub(crate) help: &'static str,
    /// The literal.
    pub(crate) place: Span,
}

impl Caution {
    /// The warning, told at `used`: at the literal itself where that is in the line, else at the noun's name.
    pub(crate) fn told_at(&self, used: Span) -> Diagnostic {
        let found = Diagnostic::new(self.code, self.title.clone()).at(used, self.label);
        let found = if used == self.place { found } else { found.and_at(self.place, "written here") };
        found.note(self.note).help(self.help).help("or keep it and say why with `because`")
    }
}
