//! Text to tree: the grammar, a parser that recovers, the tree with places.

mod build;
mod dispatch;
mod format;
mod grammar;
mod layout;
mod parse;
mod patch;
mod phrases;
mod quick;
mod recover;
mod slips;
pub mod tree;
mod tokens;
pub mod words;

pub use format::format;
pub use parse::{Parsed, parse};
pub use tokens::{Kind as TokenKind, Token, tokens};
