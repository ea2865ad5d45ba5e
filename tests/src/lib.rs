//! What the tests share: the programs of the book, random policies and flows, the runner of the Markdown specification.

pub mod book;
pub mod example;
pub mod random;
mod shelf;
pub mod spec;
pub mod targets;
