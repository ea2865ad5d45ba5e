//! One diagnostic in all five forms.

use netpol_diagnostics::{Code, Diagnostic, Sources, Span};

use super::{Format, View, render};

/// A file, a library module, and one diagnostic that uses every field.
fn example() -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let text = "namespace shop\n\nweb -> api:8080\negress https to [api.stripe.com,\n  ü] from api\n";
    let shop = sources.add("tenants/shop, old.netpol", text);
    let library = sources.add("std/k8s", "pattern dns {\n  all -> coredns:dns\n}\n");
    let at = |file, from: &str| {
        let start = sources.file(file).text.find(from).unwrap() as u32;
        Span { file, start, end: start + from.len() as u32 }
    };
    let full = Diagnostic::new(Code(406), "`data` does not expose this to `shop`: 100% sure")
        .at(at(shop, "api:8080"), "tcp/8080 is not exposed")
        .and_at(at(library, "coredns:dns"), "exposed here")
        .witness("shop/{tier=web} -> shop/{tier=api}:8080/TCP")
        .note("cross-namespace traffic needs both sides")
        .help("ask team-data")
        .fix("write `api:9090`", at(shop, "api:8080"), "api:9090");
    let long =
        Diagnostic::new(Code(402), "every port is open").at(at(shop, "[api.stripe.com,\n  ü]"), "two lines");
    let placeless = Diagnostic::new(Code(712), "cluster ranges were cut out");
    (sources, vec![placeless, full, long])
}

fn rendered(format: Format) -> String {
    let (sources, diagnostics) = example();
    render(format, &diagnostics, &View { sources: &sources, library: 1, prefix: "policy", colour: false })
}

#[test]
fn human() {
    insta::assert_snapshot!(rendered(Format::Human));
}

#[test]
fn short() {
    insta::assert_snapshot!(rendered(Format::Short));
}

#[test]
fn json() {
    insta::assert_snapshot!(rendered(Format::Json));
}

#[test]
fn sarif() {
    insta::assert_snapshot!(rendered(Format::Sarif));
}

#[test]
fn github() {
    insta::assert_snapshot!(rendered(Format::Github));
}

#[test]
fn colour_is_used_where_it_is_wanted() {
    let (sources, diagnostics) = example();
    let view = View { sources: &sources, library: 1, prefix: "", colour: true };
    assert!(render(Format::Human, &diagnostics, &view).contains("\u{1b}["));
    assert!(!rendered(Format::Human).contains('\u{1b}'));
}

#[test]
fn a_line_too_long_to_read_is_not_drawn() {
    let mut sources = Sources::default();
    let file = sources.add("a.netpol", "x".repeat(5_000));
    let diagnostics =
        [Diagnostic::new(Code(101), "unexpected text").at(Span { file, start: 70, end: 71 }, "here")];
    let view = View { sources: &sources, library: 1, prefix: "", colour: false };
    insta::assert_snapshot!(render(Format::Human, &diagnostics, &view), @r"
    error[NP0101]: unexpected text
     = at a.netpol:1:71: here

    1 error
    ");
}

#[test]
fn a_place_outside_its_file_does_no_harm() {
    let mut sources = Sources::default();
    let file = sources.add("a.netpol", "é\n");
    for (start, end) in [(1, 1), (9, 12), (2, 1)] {
        let diagnostics =
            [Diagnostic::new(Code(101), "unexpected text").at(Span { file, start, end }, "here")];
        let view = View { sources: &sources, library: 1, prefix: "", colour: false };
        for format in [Format::Human, Format::Short, Format::Json, Format::Sarif, Format::Github] {
            assert!(render(format, &diagnostics, &view).contains("NP0101"));
        }
    }
}
