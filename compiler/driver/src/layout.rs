//! The one layout of a project's sources.

use std::collections::BTreeMap;

use netpol_diagnostics::{Code, Diagnostic, Span};
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
    /// NP0107 at the first line of each file that is laid out otherwise.
    pub diagnostics: Vec<Diagnostic>,
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
                let (start, end) = first_other_line(&source.text, &text);
                let told = Diagnostic::new(Code(107), "file is not formatted");
                let told = told.at(Span { file: *file, start, end }, "laid out otherwise from here on");
                layout.diagnostics.push(told.help("let `netpol fmt` lay it out"));
                layout.files.insert(source.path.to_string(), (source.text.to_string(), text));
            }
        }
    }
    layout
}

/// The first line of a text that another does not have in its place.
fn first_other_line(text: &str, other: &str) -> (u32, u32) {
    let mut start = 0;
    for (line, laid) in text.split_inclusive('\n').zip(other.split_inclusive('\n')) {
        if line != laid {
            return (start as u32, (start + line.trim_end().len()) as u32);
        }
        start += line.len();
    }
    (start.min(text.len()) as u32, text.len() as u32)
}
