//! The one layout of a project's sources.

use std::collections::BTreeMap;

use netpol_syntax::format;

use crate::load::Loaded;
use crate::paths::is_within;

/// What laying out sources gives.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// The files whose layout is another: path, text that was read, text to write.
    pub files: BTreeMap<String, (String, String)>,
    /// The files that are left alone because they have a mistake.
    pub broken: Vec<String>,
    /// How many files were looked at.
    pub count: usize,
}

/// Lays out what was loaded, as far as it lies under a path of the project.
///
/// Nothing but space changes: every word and every comment stays, and the meaning with them.
pub fn layout(loaded: &Loaded, part: &str) -> Layout {
    let mut layout = Layout::default();
    for file in &loaded.files {
        let source = loaded.sources.file(*file);
        if !is_within(&source.path, part) {
            continue;
        }
        layout.count += 1;
        match format(&source.text) {
            None => layout.broken.push(source.path.to_string()),
            Some(text) if *text == *source.text => {}
            Some(text) => {
                layout.files.insert(source.path.to_string(), (source.text.to_string(), text));
            }
        }
    }
    layout
}
