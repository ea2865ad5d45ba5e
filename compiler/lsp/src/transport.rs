//! Messages over standard input and output.
//!
//! `lsp-server`'s own reader ends at the first message that is no JSON; here such a message is passed over, as the rest of
//! the stream can still be read.

use std::io::{self, BufRead, Write};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use lsp_server::{Connection, Message};

/// The longest message that is read: 256 MiB.
const LONGEST: usize = 256 * 1024 * 1024;

/// The threads that read and write.
pub struct Pipes {
    writer: thread::JoinHandle<io::Result<()>>,
}

impl Pipes {
    /// Waits until everything is written; the connection must be gone by then.
    pub fn finish(self) -> io::Result<()> {
        // The reader may be waiting for input that never comes: it ends with the process.
        self.writer.join().unwrap_or_else(|_| Err(io::Error::other("the writing thread ended early")))
    }
}

/// Connects to standard input and output.
pub fn stdio() -> (Connection, Pipes) {
    let (to_client, outgoing): (Sender<Message>, Receiver<Message>) = unbounded();
    let (incoming, from_client) = bounded(64);
    let writer = thread::spawn(move || {
        let mut out = io::stdout().lock();
        outgoing.into_iter().try_for_each(|message| message.write(&mut out)).and_then(|()| out.flush())
    });
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Some(text) = read_frame(&mut input) {
            // Bad JSON has no id to answer to.
            if let Ok(message) = serde_json::from_slice::<Message>(&text)
                && incoming.send(message).is_err()
            {
                return;
            }
        }
    });
    (Connection { sender: to_client, receiver: from_client }, Pipes { writer })
}

/// The next message's text; none at the end of the stream, or where it is no such stream.
fn read_frame(input: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end_matches(['\r', '\n']);
        match (line.is_empty(), length) {
            (true, Some(length)) => {
                let mut text = vec![0; length];
                input.read_exact(&mut text).ok()?;
                return Some(text);
            }
            // An empty line before any header: still looking for the first one.
            (true, None) => {}
            (false, _) => {
                if let Some((name, value)) = line.split_once(':')
                    && name.eq_ignore_ascii_case("content-length")
                {
                    length = value.trim().parse().ok().filter(|length| *length <= LONGEST);
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_one_after_another() {
        let mut input =
            &b"\r\nContent-Type: x\r\ncontent-length: 2\r\n\r\n{}Content-Length: 3\r\n\r\n[1]"[..];
        assert_eq!(read_frame(&mut input).unwrap(), b"{}");
        assert_eq!(read_frame(&mut input).unwrap(), b"[1]");
        assert_eq!(read_frame(&mut input), None);
    }

    #[test]
    fn a_length_that_cannot_be_is_no_frame() {
        let mut input = &b"Content-Length: 99999999999999\r\n\r\nrest"[..];
        assert_eq!(read_frame(&mut input), None);
    }
}
