//! NP0410 and NP0411: a line that says again what other lines of its namespace say.
//!
//! A line is repeated where another line of its layer denotes the same connections, and adds nothing where broader
//! lines hold all of its connections, on both sides and as long as it lives. An `apply` is judged as a whole: its
//! rules cannot be removed one by one. Lines of one app are never measured by those of another.
//!
//! Decided exactly for the candidates that [`Buckets`] finds, a rule at a time and then up to [`MOST`] together; past
//! that, and past [`PIECES`] pieces in a subtraction, it stays silent. A reason of its own answers NP0411, unless a
//! broader line gives the same reason; it does not answer NP0410.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use netpol_diagnostics::{Diagnostic, Span};
use netpol_flow::Side;
use netpol_model::{End, Layer, Namespace, Rule};
use netpol_sets::within;
use rayon::prelude::*;

use super::blame::{has_own_reason, or_removed, place, told};
use super::buckets::Buckets;
use super::consents::line;
use super::{Context, cover};

/// At most so many rules are put together to cover one.
const MOST: usize = 16;
/// A subtraction with more pieces than this is given up.
const PIECES: usize = 256;
/// And one that takes more steps than this.
const STEPS: u64 = 20_000;

/// The rules that cover one rule, and whether one of them is the same.
struct Covered<'a> {
    by: Vec<&'a Rule>,
    is_same: bool,
}

/// Finds lines that could be removed without any change, in every namespace they stand for.
pub(super) fn lint(cx: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let built: Vec<&Namespace> =
        cx.policy.namespaces.values().filter(|namespace| !namespace.external).collect();
    let superfluous: Vec<_> = built.par_iter().map(|namespace| superfluous(cx, namespace)).collect();
    let mut flagged: BTreeMap<Span, (usize, Diagnostic)> = BTreeMap::new();
    for (at, diagnostic) in superfluous.into_iter().flatten() {
        flagged.entry(at).and_modify(|(count, _)| *count += 1).or_insert((1, diagnostic));
    }
    if flagged.is_empty() {
        return;
    }
    let mut standing: BTreeMap<Span, usize> = BTreeMap::new();
    for namespace in cx.policy.namespaces.values() {
        let mut places: Vec<Span> = namespace.rules.iter().map(|rule| place(&rule.origin)).collect();
        places.sort_unstable();
        places.dedup();
        for at in places.into_iter().filter(|at| flagged.contains_key(at)) {
            *standing.entry(at).or_default() += 1;
        }
    }
    let everywhere = |(at, (count, diagnostic))| (standing.get(&at) == Some(&count)).then_some(diagnostic);
    found.extend(flagged.into_iter().filter_map(everywhere));
}

/// The lines of one namespace that others make superfluous, each judged without those found before it: written lines
/// before applied ones, later ones before earlier ones.
fn superfluous(cx: &Context<'_>, namespace: &Namespace) -> Vec<(Span, Diagnostic)> {
    let mut rules: Vec<&Rule> = namespace.rules.iter().filter(|rule| rule.is_active(cx.as_of)).collect();
    rules.sort_by_key(|rule| (!rule.origin.via.is_empty(), Reverse(place(&rule.origin))));
    let buckets = Buckets::of(&rules);
    let mut is_gone = vec![false; rules.len()];
    let mut is_alone = vec![false; rules.len()];
    let mut found = Vec::new();
    for covered in [covered_by_one, covered_together] {
        let mut start = 0;
        while let Some(first) = rules.get(start) {
            let at = place(&first.origin);
            let lines: Vec<&Rule> =
                rules.iter().skip(start).take_while(|rule| place(&rule.origin) == at).copied().collect();
            let own = start..start + lines.len();
            start = own.end;
            if is_gone.get(own.start) == Some(&true) || is_alone.get(own.start) == Some(&true) {
                continue;
            }
            if let Some(alone) = is_alone.get_mut(own.start) {
                let ends = first.from.first().zip(first.to.first());
                let near = ends.map(|(from, to)| buckets.candidates(from, to)).unwrap_or_default();
                *alone = near.iter().all(|at| own.contains(at));
                if *alone {
                    continue;
                }
            }
            let others = |at: usize| {
                let stays = !own.contains(&at) && is_gone.get(at) == Some(&false);
                rules.get(at).filter(|_| stays).copied()
            };
            let covered: Option<Vec<Covered<'_>>> =
                lines.iter().map(|rule| covered(cx, rule, &buckets, &others)).collect();
            if let Some(diagnostic) = covered.and_then(|covered| judged(cx, namespace, &lines, &covered)) {
                is_gone.iter_mut().take(own.end).skip(own.start).for_each(|gone| *gone = true);
                found.push((at, diagnostic));
            }
        }
    }
    found
}

fn judged(
    cx: &Context<'_>,
    namespace: &Namespace,
    lines: &[&Rule],
    covered: &[Covered<'_>],
) -> Option<Diagnostic> {
    let is_repeated = covered.iter().all(|covered| covered.is_same);
    let answered = |(rule, covered): (&&Rule, &Covered<'_>)| {
        let same = covered.by.iter().any(|broader| broader.origin.because == rule.origin.because);
        has_own_reason(rule, namespace) && !same
    };
    if !is_repeated && lines.iter().zip(covered).any(answered) {
        return None;
    }
    let rule = lines.first()?;
    let mut diagnostic = match is_repeated {
        true => told(410, "rule is repeated", &rule.origin, "the same connections again"),
        false => told(411, "rule adds nothing", &rule.origin, "every flow it allows is allowed already"),
    };
    let mut places: Vec<Span> =
        covered.iter().flat_map(|covered| &covered.by).map(|rule| line(rule)).collect();
    places.sort_unstable();
    places.dedup();
    for at in places.into_iter().take(3) {
        diagnostic = diagnostic.and_at(at, if is_repeated { "also said here" } else { "allowed here" });
    }
    if let Some(flow) = cx.places.flows(rule, Side::Egress).witness() {
        diagnostic = diagnostic.witness(flow);
    }
    let advice = if is_repeated { "remove one of them" } else { "remove it, or narrow the broader line" };
    Some(or_removed(diagnostic, rule, namespace, advice))
}

/// Another rule of the namespace by its place in the list; none for the line's own, and for those found before.
type Others<'f, 'a> = &'f dyn Fn(usize) -> Option<&'a Rule>;

/// The rules that may cover every flow of a rule between two of its ends.
fn candidates<'a>(
    rule: &Rule,
    (from, to): (&End, &End),
    buckets: &Buckets,
    others: Others<'_, 'a>,
) -> impl Iterator<Item = &'a Rule> {
    buckets.candidates(from, to).into_iter().filter_map(others).filter(|other| {
        (other.layer == Layer::Namespace || other.layer == rule.layer)
            && cover::outlives(other, rule)
            && (other.log || !rule.log)
    })
}

/// The one rule that covers this one.
fn covered_by_one<'a>(
    cx: &Context<'_>,
    rule: &Rule,
    buckets: &Buckets,
    others: Others<'_, 'a>,
) -> Option<Covered<'a>> {
    let ends = (rule.from.first()?, rule.to.first()?);
    let other = candidates(rule, ends, buckets, others).find(|other| covers(cx, other, rule))?;
    let is_same = other.layer == rule.layer
        && (other.until, other.log) == (rule.until, rule.log)
        && covers(cx, rule, other);
    Some(Covered { by: vec![other], is_same })
}

/// The rules that cover this one together, of which each pair of its ends needs one, or the one that does.
fn covered_together<'a>(
    cx: &Context<'_>,
    rule: &Rule,
    buckets: &Buckets,
    others: Others<'_, 'a>,
) -> Option<Covered<'a>> {
    if rule.from.len() * rule.to.len() > MOST {
        return None;
    }
    let mut together: Vec<&Rule> = Vec::new();
    for from in &rule.from {
        for to in &rule.to {
            let before = together.len();
            let meeting = candidates(rule, (from, to), buckets, others);
            together.extend(meeting.filter(|other| netpol_model::ports_meet(&other.ports, &rule.ports)));
            if together.len() == before {
                return None;
            }
        }
    }
    together.sort_by_key(|rule| rule.origin.span);
    together.dedup_by_key(|rule| std::ptr::from_ref(*rule));
    let is_few = (1..=MOST).contains(&together.len());
    (is_few && cover_together(cx, &together, rule)).then_some(Covered { by: together, is_same: false })
}

/// Whether one rule holds every connection of another, on both sides.
fn covers(cx: &Context<'_>, broad: &Rule, narrow: &Rule) -> bool {
    let is_small = |rule: &Rule| rule.from.len() * rule.to.len() <= MOST;
    cover::covers_rule(broad, narrow)
        || (is_small(broad)
            && is_small(narrow)
            && cover::outlives(broad, narrow)
            && cover::covers_ports(&broad.ports, &narrow.ports)
            && cover_together(cx, &[broad], narrow))
}

fn cover_together(cx: &Context<'_>, broad: &[&Rule], narrow: &Rule) -> bool {
    let is_plain = narrow.only.is_none() && broad.iter().all(|rule| rule.only.is_none());
    let sides = if is_plain { &Side::BOTH[..1] } else { &Side::BOTH[..] };
    sides.iter().all(|side| {
        let mut left = cx.places.flows(narrow, *side);
        for rule in broad {
            if left.is_empty() {
                return true;
            }
            if left.cubes().len() > PIECES {
                return false;
            }
            let covered = cx.places.flows(rule, *side);
            let Ok(rest) = within(STEPS, || left.subtract(&covered)) else { return false };
            left = rest;
        }
        left.is_empty()
    })
}
