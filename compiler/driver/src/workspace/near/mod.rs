//! The part of a project that decides what is said of one namespace, so that a keystroke is answered in proportion to it.
//!
//! It holds every file of the namespace, whatever belongs to no namespace, and of other namespaces their nouns and the lines
//! that may speak of this one. What is said of the namespace's own files is the same as of the whole project; the rest of
//! the project may hear more from a whole check.

mod links;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use netpol_diagnostics::FileId;
use netpol_flow::Text;
use netpol_syntax::tree::{File, ItemKind};
use rustc_hash::FxHashMap;

pub(crate) use links::Links;

use super::FileState;
use crate::compile::Tree;

/// What decides about some namespaces.
pub(super) struct Near {
    /// The namespaces.
    pub(super) namespaces: BTreeSet<Text>,
    /// Their files.
    pub(super) files: BTreeSet<FileId>,
    /// Every tree that is needed, other namespaces' with the lines that are.
    pub(super) trees: Vec<Tree>,
}

/// How much of a file is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// Its nouns and what may speak of the namespaces in question.
    Some,
}

/// What decides about the namespaces of one file; none where that may be anything.
pub(super) fn near(files: &[Arc<FileState>], about: FileId) -> Option<Near> {
    let changed = files.iter().find(|file| file.id == about)?;
    let namespaces: BTreeSet<Text> = changed.links.about.as_ref()?.iter().cloned().collect();
    let is_own = |file: &FileState| {
        file.links.about.as_ref().is_some_and(|names| names.iter().any(|name| namespaces.contains(name)))
    };
    let mut parts: BTreeMap<usize, Part> = BTreeMap::new();
    let mut of_namespace: FxHashMap<&Text, Vec<usize>> = FxHashMap::default();
    let mut focus = namespaces.clone();
    for (at, file) in files.iter().enumerate() {
        let Links { about, tested, is_sweeping, .. } = &file.links;
        if about.is_none() || is_own(file) {
            if about.is_some() && *is_sweeping {
                return None;
            }
            parts.insert(at, Part::Whole);
            if about.is_some() {
                focus.extend(tested.iter().cloned());
            }
        }
        about.iter().flatten().for_each(|name| of_namespace.entry(name).or_default().push(at));
    }
    // What a file names has to be there, and so on.
    let mut waiting: Vec<usize> = parts.keys().copied().collect();
    for (at, file) in files.iter().enumerate() {
        let speaks =
            !file.links.anyone.is_empty() || focus.iter().any(|n| file.links.towards.contains_key(n));
        if speaks && !parts.contains_key(&at) {
            parts.insert(at, Part::Some);
            waiting.push(at);
        }
    }
    while let Some(at) = waiting.pop() {
        let (Some(file), Some(part)) = (files.get(at), parts.get(&at)) else { continue };
        let kept = kept(&file.links, *part, &focus, file.tree().items.len());
        let named = kept.iter().filter_map(|at| file.links.named.get(at)).flatten();
        for other in named.filter_map(|name| of_namespace.get(name)).flatten() {
            if !parts.contains_key(other) {
                parts.insert(*other, Part::Some);
                waiting.push(*other);
            }
        }
    }
    let trees = parts.iter().filter_map(|(at, part)| {
        let file = files.get(*at)?;
        if *part == Part::Whole && (file.links.about.is_some() || !has_tests(file.tree())) {
            return Some(file.read.clone());
        }
        let kept = kept(&file.links, *part, &focus, file.tree().items.len());
        let items = kept.iter().filter_map(|at| file.tree().items.get(*at));
        // What others promise each other is for a whole check.
        let items = items.filter(|item| !matches!(item.kind, ItemKind::Test { .. })).cloned().collect();
        let tree = file.tree();
        let (edition, uses, header) = (tree.edition.clone(), tree.uses.clone(), tree.header.clone());
        let tree = File { file: tree.file, edition, uses, header, items, comments: Vec::new() };
        Some(Tree { file: tree.into(), mistakes: [].into() })
    });
    let own = files.iter().filter(|file| is_own(file)).map(|file| file.id).collect();
    Some(Near { files: own, trees: trees.collect(), namespaces })
}

fn has_tests(file: &File) -> bool {
    file.items.iter().any(|item| matches!(item.kind, ItemKind::Test { .. }))
}

/// The statements of a file that are needed, in their order.
fn kept(links: &Links, part: Part, focus: &BTreeSet<Text>, items: usize) -> BTreeSet<usize> {
    match part {
        Part::Whole => (0..items).collect(),
        Part::Some => {
            let speaking = focus.iter().filter_map(|name| links.towards.get(name)).flatten();
            speaking.chain(&links.nouns).chain(&links.anyone).copied().collect()
        }
    }
}
