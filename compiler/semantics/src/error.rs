//! Why an object could not be read.

use std::fmt;

/// An object, or a whole document, that this reading refuses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadError {
    /// The manifest's path.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// The object: `Kind namespace/name`.
    pub object: String,
    /// The place inside the object and what is wrong there.
    pub reason: String,
}

/// `path:line: Kind namespace/name: reason`.
impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.object, self.reason)
    }
}

impl std::error::Error for ReadError {}

/// A place inside an object, written out only where something is wrong there: `spec.ingress[0].from`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    above: Option<&'a Place<'a>>,
    last: Segment<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Segment<'a> {
    Key(&'a str),
    /// A key that begins like this, and its end.
    Joined(&'a str, &'a str),
    Item(usize),
}

impl<'a> Place<'a> {
    /// A place under the root of the object.
    pub(crate) const fn root(text: &'a str) -> Place<'a> {
        Place { above: None, last: Segment::Key(text) }
    }

    /// The value under a key.
    pub(crate) const fn key(&'a self, key: &'a str) -> Place<'a> {
        Place { above: Some(self), last: Segment::Key(key) }
    }

    /// The value under a key of two parts.
    pub(crate) const fn joined(&'a self, begin: &'a str, end: &'a str) -> Place<'a> {
        Place { above: Some(self), last: Segment::Joined(begin, end) }
    }

    /// An item of the list.
    pub(crate) const fn item(&'a self, index: usize) -> Place<'a> {
        Place { above: Some(self), last: Segment::Item(index) }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            fmt::Display::fmt(above, f)?;
        }
        let dot = if self.above.is_some() { "." } else { "" };
        match self.last {
            Segment::Key(key) => write!(f, "{dot}{key}"),
            Segment::Joined(begin, end) => write!(f, "{dot}{begin}{end}"),
            Segment::Item(index) => write!(f, "[{index}]"),
        }
    }
}

impl From<Place<'_>> for String {
    fn from(place: Place<'_>) -> String {
        place.to_string()
    }
}

impl From<&Place<'_>> for String {
    fn from(place: &Place<'_>) -> String {
        place.to_string()
    }
}

/// What is made of every item of a list, up to the first fault.
pub(crate) fn each<'r, R, T>(
    list: &'r [R],
    read: impl Fn((usize, &'r R)) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut found = Vec::with_capacity(list.len());
    for item in list.iter().enumerate() {
        found.push(read(item)?);
    }
    Ok(found)
}

/// A reason and the place it holds for, inside one object: `spec.ingress[0].from`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Dotted path from the root of the object.
    pub place: String,
    /// What is wrong, in lower case and without a final period.
    pub reason: String,
}

impl Fault {
    /// A fault at a place.
    pub fn at(place: impl Into<String>, reason: impl Into<String>) -> Fault {
        Fault { place: place.into(), reason: reason.into() }
    }

    /// A fault for something this reading knows and does not cover.
    pub(crate) fn uncovered(place: impl Into<String>, what: &str) -> Fault {
        Fault::at(place, format!("not covered: {what}"))
    }

    /// The same fault, one step further in: `segment` is a key or `[index]`.
    pub(crate) fn under(mut self, segment: &str) -> Fault {
        let joint = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        self.place = format!("{segment}{joint}{}", self.place);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            f.write_str(&self.reason)
        } else {
            write!(f, "{}: {}", self.place, self.reason)
        }
    }
}

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Fault::at("", message.to_string())
    }
}
