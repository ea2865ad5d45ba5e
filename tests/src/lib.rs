//! What the tests share: the programs of the book, random policies and flows, the runner of the Markdown specification,
//! and damage to manifests.

pub mod book;
pub mod damage;
pub mod editor;
pub mod example;
pub mod platform;
pub mod random;
pub mod shelf;
pub mod spec;
pub mod targets;
pub mod teeth;
