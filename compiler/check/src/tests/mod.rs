//! Checked by text: every code by its smallest wrong program and the program put right.

mod flows;
mod meaning;
mod names;
mod paperwork;
mod programs;
mod values;

use netpol_diagnostics::{Diagnostic, Severity, Sources};
use netpol_model::Policy;

use crate::{Authority, Checked, Input, InputFile, check};

/// What the checks about flows, layers and reasons say; they have tests of their own (`flows/tests`, `layers/tests`,
/// `paperwork/tests`, `tests/spec`), and the smallest programs here leave out the other side and name resolution.
const ABOUT_FLOWS: [u16; 20] =
    [405, 406, 407, 410, 411, 412, 413, 414, 416, 501, 502, 503, 504, 506, 507, 509, 510, 511, 604, 608];

pub(crate) struct Project {
    pub(crate) checked: Checked,
    pub(crate) sources: Sources,
}

/// As [`check_all`], without what is told about flows.
pub(crate) fn check_files(files: &[(&str, &str, Authority)], default_namespace: Option<&str>) -> Project {
    let mut project = check_all(files, default_namespace);
    project.checked.diagnostics.retain(|d| !ABOUT_FLOWS.contains(&d.code.0));
    project
}

/// Checks files given by path, text and authority; what the parser says comes first.
pub(crate) fn check_all(files: &[(&str, &str, Authority)], default_namespace: Option<&str>) -> Project {
    let mut sources = Sources::default();
    let mut said = Vec::new();
    let mut inputs = Vec::new();
    for (path, text, authority) in files {
        let id = sources.add(*path, *text);
        let parsed = netpol_syntax::parse(id, text);
        said.extend(parsed.diagnostics);
        inputs.push(InputFile { tree: parsed.file.into(), authority: authority.clone() });
    }
    let as_of = "2026-07-15".parse().unwrap();
    let mut checked = check(
        &Input { files: &inputs, default_namespace, as_of, by_address: &[], wanted: crate::Wanted::ALWAYS },
        &mut sources,
    );
    said.extend(checked.diagnostics);
    checked.diagnostics = said;
    Project { checked, sources }
}

pub(crate) fn check_text(text: &str) -> (Vec<Policy>, Vec<Diagnostic>) {
    let checked = check_files(&[("main.netpol", text, Authority::Anyone)], None).checked;
    (checked.views, checked.diagnostics)
}

/// Each diagnostic as `NP0201 wbe`: its code and the text it underlines.
pub(crate) fn shown(project: &Project) -> Vec<String> {
    let place =
        |d: &Diagnostic| d.primary.as_ref().map_or("", |label| project.sources.text(label.span)).to_owned();
    project.checked.diagnostics.iter().map(|d| format!("{} {}", d.code, place(d))).collect()
}

/// Asserts that the wrong program draws exactly one diagnostic, of this code and at this text, and the right none.
#[track_caller]
pub(crate) fn pair(code: &str, underlined: &str, wrong: &str, right: &str) {
    let found = check_files(&[("main.netpol", wrong, Authority::Anyone)], None);
    assert_eq!(shown(&found), [format!("{code} {underlined}")], "{:#?}", found.checked.diagnostics);
    for help in found.checked.diagnostics.iter().flat_map(|d| &d.helps) {
        for edit in &help.edits {
            assert!(
                found.sources.file(edit.span.file).path.starts_with("main"),
                "a fix outside the file: {help:?}"
            );
        }
    }
    silent(right);
}

/// Asserts that a program draws no diagnostic.
#[track_caller]
pub(crate) fn silent(right: &str) {
    let found = check_files(&[("main.netpol", right, Authority::Anyone)], None);
    assert_eq!(shown(&found), Vec::<String>::new(), "{right}\n{:#?}", found.checked.diagnostics);
}

/// Asserts that applying the first fix of the only diagnostic gives a program that draws none.
#[track_caller]
pub(crate) fn fixes(wrong: &str, expected: &str) {
    let found = check_files(&[("main.netpol", wrong, Authority::Anyone)], None);
    let edit = found.checked.diagnostics.iter().flat_map(|d| &d.helps).flat_map(|h| &h.edits).next().unwrap();
    let mut text = wrong.to_owned();
    text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.replacement);
    assert_eq!(text, expected);
    silent(&text);
}

/// The only view, which must be without error.
#[track_caller]
pub(crate) fn policy(text: &str) -> Policy {
    let (views, diagnostics) = check_text(text);
    let errors: Vec<_> = diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(views.len(), 1);
    views.into_iter().next().unwrap()
}
