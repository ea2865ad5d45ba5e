//! `file:` addresses and paths.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::Uri;

/// The path of a `file:` address; none for any other.
pub fn path_of(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    // A host may stand before the path; only our own is meant by a file of ours.
    let path = rest.get(rest.find('/')?..)?;
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let decoded = decode(path)?;
    // `/c:/folder` is `c:/folder`.
    let drive = decoded.as_bytes().get(2) == Some(&b':')
        && decoded.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic);
    let path = if drive { decoded.get(1..)?.to_owned() } else { decoded };
    Some(if cfg!(windows) { PathBuf::from(path.replace('/', "\\")) } else { PathBuf::from(path) })
}

/// The address of a path; none where it is not text.
pub fn uri_of(path: &Path) -> Option<Uri> {
    let text = path.to_str()?.replace(std::path::MAIN_SEPARATOR, "/");
    let slash = if text.starts_with('/') { "" } else { "/" };
    let mut out = format!("file://{slash}");
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                out.push(byte as char)
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    Uri::from_str(&out).ok()
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    #[test]
    fn a_path_survives_its_address() {
        for path in ["/tmp/a b/größe#1.netpol", "/x/100%/y?z.netpol", "/plain/file.netpol"] {
            let uri = uri_of(Path::new(path)).unwrap();
            assert_eq!(path_of(&uri).unwrap(), Path::new(path), "{}", uri.as_str());
        }
    }

    #[test]
    fn addresses_of_other_kinds_are_no_paths() {
        for uri in ["untitled:Untitled-1", "git:/x/y.netpol", "http://example.com/a"] {
            assert_eq!(path_of(&Uri::from_str(uri).unwrap()), None);
        }
        let odd = Uri::from_str("file://localhost/c%3A/x.netpol").unwrap();
        assert_eq!(path_of(&odd).unwrap(), Path::new("c:/x.netpol"));
    }
}
