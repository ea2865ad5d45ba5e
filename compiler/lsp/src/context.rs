//! What a request is answered from: the file as it stands, the names of its project, the last check.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{Location, Position, Range, Uri};
use netpol_diagnostics::{Code, FileId, Span};
use netpol_driver::names::{Names, Role, Symbol};
use netpol_driver::{FileState, Root, Snapshot};
use netpol_model::Policy;

use crate::library::Library;
use crate::text::{Encoding, Lines};
use crate::uri::uri_of;

/// What the client can do, as far as an answer depends on it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Client {
    /// What columns count.
    pub encoding: Encoding,
    /// Whether a completion may hold places to fill in.
    pub snippets: bool,
    /// Whether symbols of a file may be nested.
    pub nested_symbols: bool,
    /// Whether code actions may be more than commands.
    pub literal_actions: bool,
    /// Whether it asks for inlay hints again when told to.
    pub refreshes_hints: bool,
    /// Whether it asks for code lenses again when told to.
    pub refreshes_lenses: bool,
}

/// The page of a diagnostic code, in Markdown.
pub type Pages = fn(Code) -> Option<&'static str>;

/// What a request is answered from. It is never waited for: the check may be of an older text.
#[derive(Clone)]
pub struct Context {
    /// The file asked about, as it stands in the editor.
    pub file: Arc<FileState>,
    /// The names of the project, with open files as they stand in the editor.
    pub names: Arc<Names>,
    /// The last check; none before the first has ended.
    pub snapshot: Option<Arc<Snapshot>>,
    /// The project.
    pub root: Root,
    /// How the client calls its open files.
    pub open: Arc<BTreeMap<PathBuf, Uri>>,
    /// The library on disk.
    pub library: Library,
    /// What the client can do.
    pub client: Client,
    /// The pages of the codes.
    pub pages: Pages,
}

impl Context {
    /// The lines of the file asked about.
    pub fn lines(&self) -> Lines<'_> {
        Lines::of(self.file.text(), self.client.encoding)
    }

    /// The offset of a place in the file asked about.
    pub fn offset(&self, position: Position) -> u32 {
        self.lines().offset(position)
    }

    /// The place of a span in the file asked about.
    pub fn range(&self, span: Span) -> Range {
        self.lines().range(span)
    }

    /// The text of a span of any file.
    pub fn text(&self, span: Span) -> &str {
        let file = self.names.file(span.file);
        file.and_then(|file| file.state.text().get(span.start as usize..span.end as usize))
            .unwrap_or_default()
    }

    /// The address of a file; a module of the library is written to disk for it.
    pub fn uri(&self, file: FileId) -> Option<Uri> {
        let named = self.names.file(file)?;
        match named.role {
            Role::Library => uri_of(&self.library.write(named.state.path())?),
            Role::Project | Role::Module => self.uri_at(&self.root.place(named.state.path())),
        }
    }

    /// The address of the file asked about, as text.
    pub fn uri_of_file(&self) -> Option<String> {
        self.uri(self.file.id).map(|uri| uri.as_str().to_owned())
    }

    /// The address of a path, as the client calls it.
    pub fn uri_at(&self, place: &Path) -> Option<Uri> {
        self.open.get(place).cloned().or_else(|| uri_of(place))
    }

    /// A span of any file, for the client.
    pub fn location(&self, span: Span) -> Option<Location> {
        let text = self.names.file(span.file)?.state.text();
        Some(Location { uri: self.uri(span.file)?, range: Lines::of(text, self.client.encoding).range(span) })
    }

    /// The declarations that the name at an offset stands for, with the place of that name.
    pub fn symbols_at(&self, offset: u32) -> Option<(Span, Vec<Symbol>)> {
        let names = &self.file.names;
        let reference =
            names.reference_at(offset).and_then(|at| Some((at, names.references.get(at as usize)?)));
        let declaration =
            names.declaration_at(offset).and_then(|at| Some((at, names.declarations.get(at as usize)?)));
        match (reference, declaration) {
            // An import stands on its own path: what is meant is the import.
            (Some((at, reference)), None) => Some((reference.span, self.names.resolve(self.file.id, at))),
            (_, Some((at, found))) => Some((found.span, vec![Symbol { file: self.file.id, at }])),
            (None, None) => None,
        }
    }

    /// The policies of the last check, one for each cluster.
    pub fn views(&self) -> &[Policy] {
        self.snapshot.as_ref().map(|snapshot| &snapshot.compiled.views[..]).unwrap_or_default()
    }

    /// Whether the last check saw the file as it stands now.
    pub fn is_current(&self) -> bool {
        self.checked_file().is_some_and(|checked| checked.source.text == self.file.source.text)
    }

    /// The file as the last check saw it.
    pub fn checked_file(&self) -> Option<&Arc<FileState>> {
        let snapshot = self.snapshot.as_ref()?;
        snapshot.files.iter().find(|file| file.source.path == self.file.source.path)
    }
}
