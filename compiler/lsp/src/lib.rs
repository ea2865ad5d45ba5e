//! The language server: the editor's door to the compiler.
//!
//! `server` reads messages and answers them at once from a [`Context`](context::Context): the text as it stands, the names
//! of the project, the last check. Checks run on `worker`, a thread of their own, and what they find is what `netpol check`
//! says. One request is one file in `requests/`; `dispatch` has a line for each.

mod capabilities;
mod context;
mod dispatch;
mod library;
mod ports;
mod publish;
mod requests;
mod server;
mod state;
mod text;
mod transport;
mod tree;
mod uri;
mod worker;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]
mod testing;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop")]
mod tests;

pub use context::Pages;
pub use library::Library;
pub use server::{End, talk};

use netpol_driver::Host;

/// Talks to a client over standard input and output until it leaves.
///
/// `pages` gives the page of a diagnostic code. The library's modules are written to the user's cache folder when the user
/// goes there.
pub fn serve(host: &'static dyn Host, pages: Pages) -> End {
    let (connection, pipes) = transport::stdio();
    let end = talk(&connection, host, Library::of_user(), pages);
    drop(connection);
    // What could not be written, nobody reads any more.
    let _ = pipes.finish();
    end
}
