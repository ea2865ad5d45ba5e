//! The layout of every program that the book, the pages of the codes and the specification show.

use std::path::Path;

use netpol_driver::format;
use netpol_tests::book;

#[test]
fn every_program_that_is_shown_has_a_layout_that_is_its_own() {
    let mut documents = book::documents(Path::new(book::SRC));
    documents.extend(book::documents(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/spec"))));
    let (mut laid_out, mut broken) = (0, 0);
    for (path, text) in documents {
        for block in book::blocks(&text).iter().filter(|block| block.language() == "netpol") {
            match format(&block.body) {
                Some(once) => {
                    laid_out += 1;
                    assert_eq!(format(&once).as_deref(), Some(once.as_str()), "{path}:{}", block.line);
                }
                None => broken += 1,
            }
        }
    }
    println!("{laid_out} programs laid out, {broken} with a mistake");
    assert!(laid_out > 300 && broken < 120, "{laid_out}, {broken}");
}
