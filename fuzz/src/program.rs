//! Programs that nobody wrote.

use std::collections::BTreeMap;

use netpol_diagnostics::{Code, Diagnostic, Sources, Span};
use netpol_driver::{
    BACKENDS, Date, Format, Loaded, Options, Project, Purpose, Target, View, compile as build, render,
};
use netpol_syntax::parse as read;

/// The compiler contradicts itself: manifests that differ from the policy, or that nobody understands.
const MISTAKES: [Code; 2] = [Code(722), Code(723)];

/// Parses the text. Every place of the tree's comments and of the diagnostics is in the text and between characters, and a
/// report takes them.
pub fn parse(text: &str) {
    let mut sources = Sources::default();
    let file = sources.add("fuzz.netpol", text);
    let parsed = read(file, text);
    parsed.file.comments.iter().for_each(|span| is_inside(*span, &sources));
    parsed.file.items.iter().for_each(|item| is_inside(item.span, &sources));
    report(&parsed.diagnostics, &sources, 1);
}

/// Builds a project of one file for every target.
pub fn compile(text: &str) {
    let mut sources = Sources::default();
    let file = sources.add("fuzz.netpol", text);
    let target = |backend: &'static netpol_backends::Backend| Target {
        name: backend.name.into(),
        backend,
        backend_span: None,
        cluster: None,
        output: backend.name.to_owned(),
        settings: BTreeMap::new(),
        cluster_span: None,
        output_span: None,
    };
    let project = Project { targets: BACKENDS.iter().copied().map(target).collect(), ..Project::default() };
    let loaded = Loaded {
        sources,
        project,
        files: vec![file],
        default_namespace: Some("fuzz".to_owned()),
        diagnostics: Vec::new(),
    };
    let Some(as_of) = Date::new(2026, 1, 1) else { unreachable!("a day") };
    let built = build(loaded, &Options { as_of, targets: Vec::new(), purpose: Purpose::Build });
    let mistake = built.diagnostics.iter().find(|diagnostic| MISTAKES.contains(&diagnostic.code));
    assert!(mistake.is_none(), "{mistake:#?}");
    report(&built.diagnostics, &built.sources, built.library);
}

fn report(diagnostics: &[Diagnostic], sources: &Sources, library: u32) {
    for diagnostic in diagnostics {
        let places = diagnostic.primary.iter().chain(&diagnostic.secondary).map(|label| label.span);
        let edits = diagnostic.helps.iter().flat_map(|help| &help.edits).map(|edit| edit.span);
        places.chain(edits).for_each(|span| is_inside(span, sources));
    }
    let view = View { sources, library, prefix: "", colour: false };
    // One form for each input: all five take most of the time.
    let forms = [Format::Human, Format::Short, Format::Json, Format::Sarif, Format::Github];
    let length: usize = sources.iter().map(|(_, source)| source.text.len()).sum();
    let form = forms.into_iter().cycle().nth(length % forms.len());
    let report = form.map(|form| render(form, diagnostics, &view));
    assert!(diagnostics.is_empty() || report.is_some_and(|report| !report.is_empty()));
}

fn is_inside(span: Span, sources: &Sources) {
    let text = &sources.file(span.file).text;
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} of {} bytes", text.len());
}
