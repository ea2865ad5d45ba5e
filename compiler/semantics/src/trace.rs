//! What evaluation finds, and how doubt travels through it.

use std::fmt;

use netpol_flow::Verdict;

/// A verdict and the steps that led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Whether the flow passes this side.
    pub verdict: Verdict,
    /// Which object, rule and layer decided, in the order they were asked.
    pub steps: Vec<String>,
}

/// Why no verdict can be computed: never to be read as "allow" or as "deny".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// What is missing or not covered.
    pub reason: String,
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Undecided {}

/// Whether something matches, where the question may lack what is needed to tell.
pub(crate) type Match = Result<bool, Undecided>;

impl Trace {
    pub(crate) fn allow(step: impl Into<String>) -> Trace {
        Trace { verdict: Verdict::Allow, steps: vec![step.into()] }
    }

    pub(crate) fn deny(step: impl Into<String>) -> Trace {
        Trace { verdict: Verdict::Deny, steps: vec![step.into()] }
    }
}

/// A `Match` nobody can decide.
pub(crate) fn doubt(reason: impl Into<String>) -> Match {
    Err(Undecided { reason: reason.into() })
}

/// True if all are; a certain `false` outweighs any doubt. Later questions are not asked after a `false`.
pub(crate) fn all<const N: usize>(questions: [&dyn Fn() -> Match; N]) -> Match {
    let mut open = None;
    for question in questions {
        match question() {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(undecided) => open = open.or(Some(undecided)),
        }
    }
    open.map_or(Ok(true), Err)
}

/// True if one is; a certain `true` outweighs any doubt.
pub(crate) fn any(answers: impl IntoIterator<Item = Match>) -> Match {
    let mut open = None;
    for answer in answers {
        match answer {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(undecided) => open = open.or(Some(undecided)),
        }
    }
    open.map_or(Ok(false), Err)
}
