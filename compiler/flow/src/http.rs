//! HTTP requests, as far as policy speaks of them.

use std::fmt;

use crate::Text;

/// One request: its method and its path without the query (amendment B8).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Request {
    /// The method, in upper case.
    pub method: Text,
    /// The path, beginning with `/`; nothing is decoded.
    pub path: Text,
}

/// Which paths a match takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathMatch {
    /// Exactly this path.
    Exact(Text),
    /// Every path that begins with this text, slashes in the rest included; written `text*`.
    Prefix(Text),
}

/// One item of `only http`: a method, or any, and a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpMatch {
    /// The method; none stands for `*`.
    pub method: Option<Text>,
    /// The paths.
    pub path: PathMatch,
}

impl HttpMatch {
    /// Whether the request is in the set.
    pub fn matches(&self, request: &Request) -> bool {
        self.method.as_ref().is_none_or(|m| *m == request.method)
            && match &self.path {
                PathMatch::Exact(path) => *path == request.path,
                PathMatch::Prefix(prefix) => request.path.starts_with(&**prefix),
            }
    }
}

impl fmt::Display for HttpMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = self.method.as_deref().unwrap_or("*");
        match &self.path {
            PathMatch::Exact(path) => write!(f, "{method} \"{path}\""),
            PathMatch::Prefix(path) => write!(f, "{method} \"{path}*\""),
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}
