//! How every code reads to people: the wrong program of its page, as a terminal shows it.
//!
//! One file a family under `tests/spec/messages/`, to be read as a whole. `UPDATE=1 cargo test -p netpol-tests --test
//! messages` writes them; read what changed before you commit it, and list in `tests/spec/bad-messages.md` what is not good
//! enough.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use netpol_diagnostics::CATALOGUE;
use netpol_tests::book;

#[test]
fn every_code_reads_as_it_was_last_read() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/spec/messages"));
    let mut families: BTreeMap<u16, String> = BTreeMap::new();
    let mut count = 0;
    for entry in CATALOGUE {
        let name = format!("errors/{}.md", entry.code.to_string().to_lowercase());
        let page = std::fs::read_to_string(Path::new(book::SRC).join(name)).expect("a page");
        // Codes that no program shows, and those that nothing raises yet, are listed by `pages.rs`.
        let blocks = book::blocks(&page);
        let Some(wrong) = blocks.iter().find(|block| block.has("wrong")) else { continue };
        let mut compiled = book::run(wrong, &wrong.body);
        compiled.diagnostics.retain(|found| found.code == entry.code);
        if compiled.diagnostics.is_empty() {
            continue;
        }
        compiled.diagnostics.truncate(1);
        let report = book::report(&compiled);
        let message = report.trim_end().rsplit_once("\n\n").map_or(&*report, |(message, _)| message);
        let _ = writeln!(families.entry(entry.code.0 / 100).or_default(), "{}\n", message.trim_end());
        count += 1;
    }
    let mut stale = Vec::new();
    for (family, current) in &families {
        let path = folder.join(format!("np{family:02}.txt"));
        if book::is_updating() {
            std::fs::create_dir_all(folder).expect("a folder");
            std::fs::write(&path, current).expect("a file");
        } else if std::fs::read_to_string(&path).unwrap_or_default() != *current {
            stale.push(format!("{} should be\n{current}", path.display()));
        }
    }
    assert!(stale.is_empty(), "{}", stale.join("\n"));
    assert!(count > 85, "only {count} codes were read");
}
