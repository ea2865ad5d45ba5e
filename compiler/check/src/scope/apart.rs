//! Namespaces read side by side.
//!
//! The lines of a namespace declare nothing that another would see: all names are collected before. So each part of the
//! namespaces is read with a copy of what is known, and only what was said, used and demanded is kept.

use netpol_flow::Text;
use rayon::prelude::*;

use crate::scope::names::Context;

/// How many parts there are. Bounds on what is told count in each, so that no machine's number of cores changes a word.
const PARTS: usize = 8;

/// Fewer namespaces are read one after the other: a copy would cost more than reading them.
const FEW: usize = 64;

/// What `read` makes of each namespace, in their order; of some where the rest is no longer wanted.
pub(crate) fn each_apart<'a, T: Send>(
    cx: &mut Context<'a>,
    names: &[Text],
    read: impl Fn(&mut Context<'a>, &Text) -> T + Sync,
) -> Vec<T> {
    if names.len() < FEW {
        return names.iter().map(|name| read(cx, name)).collect();
    }
    let (used, requires) = (std::mem::take(&mut cx.used), std::mem::take(&mut cx.requires));
    let known: &Context<'a> = cx;
    let part = |names: &[Text]| {
        let mut own = known.clone();
        let wanted = names.iter().take_while(|_| (known.wanted.0)());
        let made: Vec<T> = wanted.map(|name| read(&mut own, name)).collect();
        (made, own.report, own.used, own.requires)
    };
    let parts: Vec<_> = names.par_chunks(names.len().div_ceil(PARTS)).map(part).collect();
    (cx.used, cx.requires) = (used, requires);
    let mut all = Vec::with_capacity(names.len());
    for (made, report, used, requires) in parts {
        all.extend(made);
        cx.report.and(report);
        cx.used.extend(used);
        for require in requires {
            if !cx.requires.contains(&require) {
                cx.requires.push(require);
            }
        }
    }
    all
}
