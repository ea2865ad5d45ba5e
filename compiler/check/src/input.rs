//! What checking takes and gives.

use std::sync::Arc;

use netpol_diagnostics::{Diagnostic, Span};
use netpol_flow::{Date, Text};
use netpol_model::Policy;
use netpol_syntax::tree;

use crate::expiry::Lapse;
use crate::proofs::TestResult;

/// One file of the project, parsed.
#[derive(Clone, Debug)]
pub struct InputFile {
    /// Its tree, shared with whoever parsed it.
    pub tree: Arc<tree::File>,
    /// What its folder may declare.
    pub authority: Authority,
}

/// What the files of a folder may declare, as the manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authority {
    /// Platform statements and everything else.
    Platform,
    /// The namespaces of these tenants.
    Tenants(Arc<[Text]>),
    /// Everything: the project maps no authority.
    Anyone,
}

/// What to check, and as of when.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The project's files.
    pub files: &'a [InputFile],
    /// The namespace of rules that stand outside every namespace.
    pub default_namespace: Option<&'a str>,
    /// The day lapsed lines are judged by.
    pub as_of: Date,
    /// The clusters that some target compares addresses for and nothing else, so that a block in a `shared` range takes
    /// the pods there too; none stands for a target that names no cluster.
    pub by_address: &'a [Option<Text>],
    /// Whether the answer is still wanted; what is given once it is not is worth nothing.
    pub wanted: Wanted<'a>,
}

/// Asked now and then whether an answer is still wanted.
#[derive(Clone, Copy)]
pub struct Wanted<'a>(pub &'a (dyn Fn() -> bool + Sync));

impl Wanted<'_> {
    /// It always is.
    pub const ALWAYS: Wanted<'static> = Wanted(&|| true);
}

impl std::fmt::Debug for Wanted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Wanted").field(&self.0()).finish()
    }
}

/// What checking gives.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// One policy for each declared cluster, in the order declared; one without a name where none is.
    pub views: Vec<Policy>,
    /// What the tests of each view came to; none where the text has errors of its own.
    pub tests: Vec<TestResult>,
    /// Whether the tests were run.
    pub has_tested: bool,
    /// Everything that has a last day, by day and place; reviews where a guardrail demands them.
    pub lapses: Vec<Lapse>,
    /// The paperwork that guardrails demand, in the order written.
    pub requires: Vec<Require>,
    /// What there is to say, by file and offset.
    pub diagnostics: Vec<Diagnostic>,
}

/// One `require` line that the closed matrix allows (amendment U12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Require {
    /// What is asked.
    pub obligation: tree::Obligation,
    /// Of which lines.
    pub class: tree::RuleClass,
    /// Only in these namespaces; none for everywhere.
    pub namespaces: Option<Vec<Text>>,
    /// The guardrail block it stands in.
    pub guardrail: Text,
    /// Whether that block is in `audit`.
    pub audit: bool,
    /// The line.
    pub span: Span,
    /// The `apply` lines it came through, outermost first.
    pub via: Vec<Span>,
}
