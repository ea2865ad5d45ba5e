//! Marked text: a project in memory with the cursor where `‸` stands.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use lsp_types::{
    Position, Range, TextDocumentIdentifier, TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit,
};
use netpol_driver::names::Names;
use netpol_driver::{Root, Workspace};
use netpol_tests::shelf::Shelf;

use crate::context::{Client, Context};
use crate::library::Library;
use crate::text::{Encoding, Lines};
use crate::uri::path_of;

/// The mark of the cursor.
const CURSOR: char = '‸';

/// A project with a cursor in one of its files, checked.
pub struct Marked {
    /// What a request is answered from.
    pub cx: Context,
    /// The cursor.
    pub position: Position,
    /// The texts, without the mark.
    pub files: BTreeMap<String, String>,
}

fn library() -> &'static tempfile::TempDir {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| tempfile::tempdir().unwrap())
}

/// A project of these files under `/p`, one of which holds the mark.
pub fn project(files: &[(&str, &str)]) -> Marked {
    let marked = files.iter().find(|(_, text)| text.contains(CURSOR)).expect("a mark").0;
    let mut texts = BTreeMap::from([("/p/netpol.toml".to_owned(), "edition = 2026\n".to_owned())]);
    texts.extend(files.iter().map(|(path, text)| (format!("/p/{path}"), text.replace(CURSOR, ""))));
    let shelf = Shelf(texts.clone());
    let snapshot =
        Workspace::open(&shelf, Root::Project(PathBuf::from("/p"))).check(&|| false).expect("a whole check");
    let names: Arc<Names> = snapshot.names.clone();
    let file = names.files().find(|file| file.state.path() == marked).unwrap().state.clone();
    let offset = files.iter().find_map(|(_, text)| text.find(CURSOR)).unwrap();
    let client = Client {
        encoding: Encoding::Utf16,
        snippets: true,
        nested_symbols: true,
        literal_actions: true,
        refreshes_hints: false,
        refreshes_lenses: false,
    };
    let position = Lines::of(file.text(), client.encoding).position(offset as u32);
    let cx = Context {
        file,
        names,
        root: snapshot.root.clone(),
        snapshot: Some(snapshot),
        open: Arc::default(),
        library: Library::at(library().path().to_owned()),
        client,
        pages: |code| (code.0 == 501).then_some("# NP0501: the page\n"),
    };
    Marked { cx, position, files: texts }
}

/// A project of one file.
pub fn file(text: &str) -> Marked {
    project(&[("main.netpol", text)])
}

impl Marked {
    /// The parameters of a request about the cursor.
    pub fn at(&self) -> TextDocumentPositionParams {
        TextDocumentPositionParams { text_document: self.document(), position: self.position }
    }

    /// The file with the cursor.
    pub fn document(&self) -> TextDocumentIdentifier {
        TextDocumentIdentifier { uri: self.cx.uri(self.cx.file.id).unwrap() }
    }

    /// The text of a range in the file with the cursor.
    pub fn text(&self, range: Range) -> &str {
        self.text_in(&self.document().uri, range)
    }

    /// The text of a range in a file.
    pub fn text_in(&self, uri: &Uri, range: Range) -> &str {
        let place = path_of(uri).unwrap();
        let text = &self.files[place.to_str().unwrap()];
        let lines = Lines::of(text, self.cx.client.encoding);
        &text[lines.offset(range.start) as usize..lines.offset(range.end) as usize]
    }

    /// The range of the whole file with the cursor.
    pub fn whole(&self) -> Range {
        self.cx.lines().whole()
    }

    /// The texts after an edit, by file name.
    pub fn after(&self, edit: &WorkspaceEdit) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        for (uri, edits) in edit.changes.as_ref().unwrap() {
            let place = path_of(uri).unwrap();
            let place = place.to_str().unwrap();
            let name = place.trim_start_matches("/p/").to_owned();
            texts.insert(name, applied(&self.files[place], edits, self.cx.client.encoding));
        }
        texts
    }
}

/// The text after edits.
pub fn applied(text: &str, edits: &[TextEdit], encoding: Encoding) -> String {
    let lines = Lines::of(text, encoding);
    let mut places: Vec<(u32, u32, &str)> = edits
        .iter()
        .map(|edit| (lines.offset(edit.range.start), lines.offset(edit.range.end), &*edit.new_text))
        .collect();
    places.sort();
    let mut out = text.to_owned();
    for (start, end, new) in places.into_iter().rev() {
        out.replace_range(start as usize..end as usize, new);
    }
    out
}
