//! What the tests share: the programs of the book, random policies and flows, the runner of the Markdown specification.

pub mod book;
pub mod editor;
pub mod example;
pub mod platform;
pub mod random;
pub mod shelf;
pub mod spec;
pub mod targets;
