//! The answer as text, JSON and CSV.

mod words;
mod shared;
mod text;
mod json;
mod csv;

pub use csv::csv;
pub use json::json;
pub use text::text;
