//! A bound on what is asked of each line, so that every text has its answer within seconds.
//!
//! Lines about overlapping kinds of pods can leave exponentially many pieces of each other. Whoever compares them asks
//! within a number of steps; past it nothing is known, and that is said.

use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::Side;
use netpol_model::{End, Places, Policy, Rule};
use netpol_sets::{Undecided, within};

use crate::flows::blame::told;

/// How many steps one question may take. One about real policy takes hundreds.
const STEPS: u64 = 1_000_000;

/// How many steps telling tenants apart may take; those of one label take none.
const TENANT_STEPS: u64 = 5_000;

/// How many questions of one check may come to nothing before it asks no more.
const MOST: usize = 3;

/// What a check has left to spend on lines that cannot be decided.
#[derive(Debug, Default)]
pub(crate) struct Patience {
    lost: usize,
}

impl Patience {
    /// What the work gives; none where it takes too many steps, or where too much did before it.
    ///
    /// For advice, which may be missing. The work must not hand parts to other threads.
    pub(crate) fn advice<T>(&mut self, work: impl FnOnce() -> T) -> Option<T> {
        if self.lost >= MOST {
            return None;
        }
        let answer = within(STEPS, work).ok();
        self.lost += usize::from(answer.is_none());
        answer
    }

    /// As [`Patience::advice`], for what must be known: where nothing is, that is an error at the rule, NP0512.
    pub(crate) fn answer<T>(
        &mut self,
        rule: &Rule,
        found: &mut Vec<Diagnostic>,
        work: impl FnOnce() -> T,
    ) -> Option<T> {
        let asked = self.lost < MOST;
        let answer = self.advice(work);
        if asked && answer.is_none() {
            found.push(undecided(rule));
        }
        answer
    }
}

/// NP0512 at a rule.
pub(crate) fn undecided(rule: &Rule) -> Diagnostic {
    let title = "too many kinds of pods to check this line";
    told(512, title, &rule.origin, "not compared with the lines that meet it")
        .note("lines that each tell pods by labels of their own cut this one into more pieces than can be looked at")
        .note("nothing is known to be wrong, and nothing is built that is not known to be right")
        .help("tell the pods of those lines by one label, or say it in fewer lines")
}

/// Whether tenants that own namespaces by label can be told apart; the error says that they cannot.
///
/// What [`Places`] knows of them is needed by everything after it, which no longer counts steps.
pub(crate) fn tenants_told_apart(policy: &Policy) -> Result<(), Diagnostic> {
    let is_between = |rule: &&Rule| rule.to.contains(&End::OtherTenants);
    let blocks = policy.guardrails.iter();
    let rules = blocks.flat_map(|block| block.denies.iter().chain(&block.exceptions).chain(&block.allows));
    // Pieces of tenants are compared pair by pair, which is not counted: so few of them are allowed.
    let places = within(TENANT_STEPS, || Places::of(policy));
    let compared = places.and_then(|places| {
        let compare = || rules.filter(is_between).for_each(|rule| drop(places.flows(rule, Side::Egress)));
        within(STEPS, compare)
    });
    compared.map_err(|Undecided| {
        let told = Diagnostic::new(Code(512), "too many kinds of namespaces to tell the tenants apart");
        told.note("each tenant owns namespaces by labels of its own, and one namespace may carry them all")
            .help("tell tenants by the values of one label, such as `owns namespaces(tenant=shop)`")
    })
}
