//! Sets of HTTP requests, "not HTTP at all" included.

use std::collections::BTreeMap;
use std::sync::Arc;

use netpol_flow::{HttpMatch, PathMatch, Request, Text};

type Bytes = Vec<u8>;

/// A set of paths, as sorted, disjoint, half-open ranges of their bytes; an open end is "and everything after".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathSet {
    ranges: Vec<(Bytes, Option<Bytes>)>,
}

impl PathSet {
    /// Every path.
    pub fn all() -> PathSet {
        PathSet { ranges: vec![(Bytes::new(), None)] }
    }

    /// No path.
    pub fn none() -> PathSet {
        PathSet { ranges: Vec::new() }
    }

    /// The paths a match takes.
    pub fn of(path: &PathMatch) -> PathSet {
        match path {
            PathMatch::Exact(path) => {
                let mut next = path.as_bytes().to_vec();
                next.push(0);
                PathSet { ranges: vec![(path.as_bytes().to_vec(), Some(next))] }
            }
            PathMatch::Prefix(prefix) => {
                PathSet { ranges: vec![(prefix.as_bytes().to_vec(), after_every(prefix.as_bytes()))] }
            }
        }
    }

    fn contains(&self, path: &str) -> bool {
        let path = path.as_bytes();
        self.ranges.iter().any(|(first, end)| {
            first.as_slice() <= path && end.as_ref().is_none_or(|end| path < end.as_slice())
        })
    }

    fn intersect(&self, other: &PathSet) -> PathSet {
        let mut ranges = Vec::new();
        for (a_first, a_end) in &self.ranges {
            for (b_first, b_end) in &other.ranges {
                let first = a_first.max(b_first);
                let end = match (a_end, b_end) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (Some(end), None) | (None, Some(end)) => Some(end),
                    (None, None) => None,
                };
                if end.is_none_or(|end| first < end) {
                    ranges.push((first.clone(), end.cloned()));
                }
            }
        }
        ranges.sort();
        PathSet { ranges }
    }

    fn complement(&self) -> PathSet {
        let mut ranges = Vec::new();
        let mut next = Some(Bytes::new());
        for (first, end) in &self.ranges {
            if let Some(start) = next
                && start < *first
            {
                ranges.push((start, Some(first.clone())));
            }
            next = end.clone();
        }
        if let Some(start) = next {
            ranges.push((start, None));
        }
        PathSet { ranges }
    }

    fn union(&self, other: &PathSet) -> PathSet {
        self.complement().intersect(&other.complement()).complement()
    }
}

/// The least text after every text that begins with `prefix`; none where there is no such text.
fn after_every(prefix: &[u8]) -> Option<Bytes> {
    let kept = prefix.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut next = prefix.get(..=kept)?.to_vec();
    if let Some(last) = next.last_mut() {
        *last += 1;
    }
    Some(next)
}

/// A set of requests: for each method its paths, and whether a connection that is not HTTP is in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Requests {
    /// None for everything, HTTP or not, which nearly every set is.
    limits: Option<Arc<Limits>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Limits {
    not_http: bool,
    methods: BTreeMap<Text, PathSet>,
    other_methods: PathSet,
}

impl Requests {
    /// Everything, HTTP or not.
    pub fn all() -> Requests {
        Requests { limits: None }
    }

    /// The requests that at least one of the matches takes; what is not HTTP is out (amendment B8).
    pub fn of<'a>(matches: impl IntoIterator<Item = &'a HttpMatch>) -> Requests {
        let none = Limits { not_http: false, methods: BTreeMap::new(), other_methods: PathSet::none() };
        let union = matches.into_iter().fold(none, |set, item| {
            let paths = PathSet::of(&item.path);
            let one = match &item.method {
                Some(method) => Limits {
                    not_http: false,
                    methods: BTreeMap::from([(method.clone(), paths)]),
                    other_methods: PathSet::none(),
                },
                None => Limits { not_http: false, methods: BTreeMap::new(), other_methods: paths },
            };
            set.zip(&one, |a, b| a || b, PathSet::union)
        });
        Requests::from(union)
    }

    fn from(limits: Limits) -> Requests {
        let all = limits.not_http && limits.methods.is_empty() && limits.other_methods == PathSet::all();
        Requests { limits: (!all).then(|| Arc::new(limits)) }
    }

    fn limits(&self) -> Limits {
        let all = || Limits { not_http: true, methods: BTreeMap::new(), other_methods: PathSet::all() };
        self.limits.as_deref().cloned().unwrap_or_else(all)
    }

    /// Whether everything is in.
    pub fn is_all(&self) -> bool {
        self.limits.is_none()
    }

    /// Whether nothing is in.
    pub fn is_empty(&self) -> bool {
        self.limits.as_ref().is_some_and(|limits| {
            !limits.not_http
                && limits.other_methods.ranges.is_empty()
                && limits.methods.values().all(|paths| paths.ranges.is_empty())
        })
    }

    /// Whether the request, or a connection that is not HTTP, is in.
    pub fn contains(&self, request: Option<&Request>) -> bool {
        let Some(limits) = &self.limits else { return true };
        match request {
            Some(request) => limits.paths(&request.method).contains(&request.path),
            None => limits.not_http,
        }
    }

    /// Both.
    pub fn intersect(&self, other: &Requests) -> Requests {
        if self.is_all() {
            return other.clone();
        }
        if other.is_all() {
            return self.clone();
        }
        Requests::from(self.limits().zip(&other.limits(), |a, b| a && b, PathSet::intersect))
    }

    /// This without the other.
    pub fn subtract(&self, other: &Requests) -> Requests {
        let minus = |a: &PathSet, b: &PathSet| a.intersect(&b.complement());
        if other.is_all() {
            let none = Limits { not_http: false, methods: BTreeMap::new(), other_methods: PathSet::none() };
            return Requests::from(none);
        }
        Requests::from(self.limits().zip(&other.limits(), |a, b| a && !b, minus))
    }

    /// A member; the outer option is emptiness, the inner "not HTTP".
    pub fn pick(&self) -> Option<Option<Request>> {
        let Some(limits) = &self.limits else { return Some(None) };
        if limits.not_http {
            return Some(None);
        }
        let listed = limits.methods.iter().map(|(method, paths)| (method.clone(), paths));
        let other = std::iter::once((limits.fresh_method(), &limits.other_methods));
        let (method, path) = listed
            .chain(other)
            .find_map(|(method, paths)| paths.ranges.first().map(|(first, _)| (method, first.clone())))?;
        let path = if path.is_empty() { "/".into() } else { String::from_utf8_lossy(&path).into_owned() };
        Some(Some(Request { method, path: path.into() }))
    }
}

impl Limits {
    fn fresh_method(&self) -> Text {
        let usual = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "OTHER"];
        usual
            .into_iter()
            .map(Text::from)
            .find(|m| !self.methods.contains_key(m))
            .unwrap_or_else(|| "ANOTHER".into())
    }

    fn paths(&self, method: &Text) -> &PathSet {
        self.methods.get(method).unwrap_or(&self.other_methods)
    }

    fn zip(
        &self,
        other: &Limits,
        flag: impl Fn(bool, bool) -> bool,
        paths: impl Fn(&PathSet, &PathSet) -> PathSet,
    ) -> Limits {
        let other_methods = paths(&self.other_methods, &other.other_methods);
        let names = self.methods.keys().chain(other.methods.keys());
        let methods = names
            .map(|method| (method.clone(), paths(self.paths(method), other.paths(method))))
            .filter(|(_, set)| *set != other_methods)
            .collect();
        Limits { not_http: flag(self.not_http, other.not_http), methods, other_methods }
    }
}
