//! What the tests share: random policies and flows, and the runner of the Markdown specification.

pub mod random;
pub mod spec;
pub mod targets;
