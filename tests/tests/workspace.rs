//! What the editor works on says what the terminal says, and knows every name that the check knows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use netpol_diagnostics::{Diagnostic, Severity, Sources};
use netpol_driver::names::{Names, Reference, Role, Space};
use netpol_driver::{Options, Purpose, Root, Snapshot, Workspace, compile, load_project};
use netpol_tests::shelf::Shelf;
use netpol_tests::{book, example, spec};

fn in_folder(files: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| (format!("/p/{path}"), text.clone())).collect()
}

fn project(programs: &[String]) -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([("/p/netpol.toml".to_owned(), "edition = 2026\n".to_owned())]);
    files.extend(programs.iter().enumerate().map(|(at, text)| (format!("/p/{at}.netpol"), text.clone())));
    files
}

/// Every project at hand: the examples, the sections of the specification, the programs of the book.
fn projects() -> Vec<(String, BTreeMap<String, String>)> {
    let mut all: Vec<(String, BTreeMap<String, String>)> =
        example::all().iter().map(|example| (example.name.clone(), in_folder(&example.files))).collect();
    let specs = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/spec"));
    for (path, text) in book::documents(&specs) {
        for section in spec::sections(&text) {
            all.push((format!("{path}: {}", section.title), project(section.programs())));
        }
    }
    for (path, text) in book::chapters() {
        for block in book::blocks(&text).iter().filter(|block| block.language() == "netpol") {
            all.push((format!("{path}:{}", block.line), project(&[block.body.clone()])));
        }
    }
    all
}

fn snapshot(files: &BTreeMap<String, String>) -> Arc<Snapshot> {
    let shelf = Shelf(files.clone());
    Workspace::open(&shelf, Root::Project(PathBuf::from("/p"))).check(&|| false).unwrap()
}

#[test]
fn the_editor_shows_what_the_terminal_shows() {
    let mut count = 0;
    for (name, files) in projects() {
        let shelf = Shelf(files.clone());
        let root = PathBuf::from("/p");
        let options = Options { as_of: example::day(), targets: Vec::new(), purpose: Purpose::Check };
        let terminal = compile(load_project(&shelf, &root), &options);
        let mut workspace = Workspace::open(&shelf, Root::Project(root));
        let editor = workspace.check(&|| false).unwrap();
        assert_eq!(editor.compiled.diagnostics, terminal.diagnostics, "{name}");
        // After a slip and its correction nothing is left of it.
        let Some((path, text)) = files.iter().find(|(path, _)| path.ends_with(".netpol")) else { continue };
        workspace.set_text(PathBuf::from(path), format!("{text}\n-> web {{\n").into());
        let wrong = workspace.check(&|| false).unwrap();
        assert!(wrong.compiled.count(Severity::Error) > 0, "{name}");
        workspace.set_text(PathBuf::from(path), text.as_str().into());
        let again = workspace.check(&|| false).unwrap();
        assert_eq!(again.compiled.diagnostics, terminal.diagnostics, "{name}");
        count += 1;
    }
    println!("{count} projects");
    assert!(count > 300, "{count}");
}

/// Names that may stand for what no file declares: namespaces that other people declare.
fn may_be_foreign(names: &Names, file: netpol_diagnostics::FileId, reference: &Reference) -> bool {
    match reference.space {
        Space::Namespace | Space::Module => true,
        Space::Prefix => names.imported(file, &reference.name).is_none(),
        // The value of a label or text parameter.
        Space::Argument => names.parameter(file, reference).is_none_or(|symbol| {
            let kind = names.declaration(symbol).map(|found| found.kind.space());
            matches!(kind, Some(Space::Value))
        }),
        Space::End
        | Space::Port
        | Space::Pattern
        | Space::Value
        | Space::Tenant
        | Space::Cluster
        | Space::App
        | Space::Guardrail
        | Space::Parameter => false,
    }
}

#[test]
fn every_name_that_the_check_accepts_is_found() {
    let (mut count, mut wrong) = (0, Vec::new());
    for (name, files) in projects() {
        let snapshot = snapshot(&files);
        // A statement with an error may name anything.
        if snapshot.compiled.count(Severity::Error) > 0 {
            continue;
        }
        let names = &snapshot.names;
        for file in names.files().filter(|file| file.role != Role::Library) {
            for (reference, at) in file.state.names.references.iter().zip(0..) {
                if may_be_foreign(names, file.state.id, reference) {
                    continue;
                }
                count += 1;
                if names.resolve(file.state.id, at).is_empty() {
                    let (line, _) = file.state.source.position(reference.span.start);
                    wrong.push(format!("{name} {}:{line}: {reference:?}", file.state.path()));
                }
            }
        }
    }
    println!("{count} names");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 3_000, "{count}");
}

#[test]
fn every_name_of_the_library_is_found() {
    let names = Names::of(Vec::new());
    for file in names.files() {
        for (reference, at) in file.state.names.references.iter().zip(0..) {
            if !may_be_foreign(&names, file.state.id, reference) {
                assert!(!names.resolve(file.state.id, at).is_empty(), "{} {reference:?}", file.state.path());
            }
        }
    }
}

#[test]
fn a_name_that_the_check_misses_is_not_found() {
    let text =
        "namespace shop\ntiers [web, api] by tier\nwbe -> api:8080\nweb -> api:nothing\nweb -> other/db:1\n";
    let snapshot = snapshot(&project(&[text.to_owned()]));
    let file = snapshot.files.first().unwrap();
    let unknown: Vec<&str> = file
        .names
        .references
        .iter()
        .zip(0..)
        .filter(|(_, at)| snapshot.names.resolve(file.id, *at).is_empty())
        .map(|(reference, _)| &*reference.name)
        .collect();
    assert_eq!(unknown, ["wbe", "nothing", "other", "db"]);
}

/// What is said of some files of a project, without what targets warn of, which is said once for the project.
fn about(found: &[Diagnostic], sources: &Sources, files: &BTreeSet<String>) -> Vec<String> {
    let mine = found.iter().filter_map(|found| {
        let label = found.primary.as_ref()?;
        if found.severity != Severity::Error && found.code.0 / 100 == 7 {
            return None;
        }
        let path = sources.file(label.span.file).path.to_string();
        files.contains(&path).then(|| {
            let Diagnostic { code, title, notes, helps, witness, .. } = found;
            let helps: Vec<_> = helps.iter().map(|help| &help.text).collect();
            format!("{path}:{} {code} {title} {notes:?} {helps:?} {witness:?}", label.span.start)
        })
    });
    mine.collect()
}

/// The text without one of its lines, and with one of them twice.
fn edits(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut edits = Vec::new();
    for at in (1..lines.len()).step_by(1 + lines.len() / 2) {
        let mut fewer = lines.clone();
        fewer.remove(at);
        let mut more = lines.clone();
        more.insert(at, lines[at]);
        edits.extend([fewer.join("\n"), more.join("\n")]);
    }
    edits
}

#[test]
fn a_namespace_is_told_at_once_what_the_whole_check_tells_it() {
    let (mut answered, mut left, mut wrong) = (0, 0, Vec::new());
    let sources = |files: &BTreeMap<String, String>| files.keys().filter(|p| p.ends_with(".netpol")).count();
    for (name, files) in projects().into_iter().filter(|(_, files)| sources(files) > 1) {
        let shelf = Shelf(files.clone());
        let mut workspace = Workspace::open(&shelf, Root::Project(PathBuf::from("/p")));
        workspace.check(&|| false).unwrap();
        for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".netpol")) {
            let path = PathBuf::from(path);
            for text in std::iter::once(text.clone()).chain(edits(text)) {
                workspace.set_text(path.clone(), text.as_str().into());
                let Some(near) = workspace.check_near(&path) else {
                    left += 1;
                    continue;
                };
                let whole = &workspace.check(&|| false).unwrap().compiled;
                let mine = near.files.iter().map(|id| near.sources.file(*id).path.to_string()).collect();
                let [near, whole] = [
                    about(&near.diagnostics, &near.sources, &mine),
                    about(&whole.diagnostics, &whole.sources, &mine),
                ];
                answered += 1;
                if near != whole {
                    wrong.push(format!(
                        "{name} {}\n{text}\nnear: {near:#?}\nwhole: {whole:#?}",
                        path.display()
                    ));
                }
            }
            workspace.set_text(path.clone(), text.as_str().into());
        }
    }
    println!("{answered} answered at once, {left} left to the whole check, {} wrong", wrong.len());
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.iter().take(6).map(String::as_str).collect::<Vec<_>>().join("\n")
    );
    assert!(answered > 100, "{answered}");
}
