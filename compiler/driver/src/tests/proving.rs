//! Manifests that do not mean what the source means.

use std::collections::BTreeMap;
use std::path::Path;

use netpol_backends::{Backend, File, Lowering, Request, calico};
use netpol_diagnostics::Diagnostic;
use netpol_flow::Text;
use netpol_verify::{Source, Written, prove};

use super::{ONE_TARGET, load, shown};
use crate::testing::Memory;
use crate::verify::tell_all;
use crate::{Compiled, Format, Options, Purpose, build, check_all, compile};

const SHOP: &str =
    "namespace shop\nworkload web selects app=web\nworkload api selects app=api\nweb -> api:8080\n";

/// What is said of the manifests of `SHOP` once a word in them is another.
fn said_with(word: &str, other: &str) -> String {
    let host = Memory::with(&[("p/netpol.toml", ONE_TARGET), ("p/shop.netpol", SHOP)]);
    let (loaded, day) = (load(&host), "2026-11-21".parse().unwrap());
    let options = Options { as_of: day, targets: Vec::new(), purpose: Purpose::Build };
    let compiled = compile(loaded.clone(), &options);
    let files: BTreeMap<String, String> = compiled.targets[0]
        .files
        .iter()
        .map(|(name, text)| (name.clone(), text.replacen(word, other, 1)))
        .collect();
    assert_ne!(files, compiled.targets[0].files, "`{word}` stands in the manifests");
    let target = &loaded.project.targets[0];
    let written = Written { backend: target.backend.name, settings: &target.settings, files: &files };
    let source = Source::of(&compiled.views[0], day);
    let (found, _) = tell_all(prove(&source, &[written]).remove(0), &source, target.backend);
    shown(Format::Human, &loaded, &found)
}

#[test]
fn a_wrong_port_is_told_with_the_line_it_comes_from() {
    insta::assert_snapshot!(said_with("- 8080", "- 8081"));
}

#[test]
fn what_no_line_allows_is_told_with_the_namespace() {
    insta::assert_snapshot!(said_with("- 8080", "- 8080\n      - 9090"));
}

/// What a wrong back end makes of a namespace's file.
type Damage = fn(File) -> Option<File>;

fn replaced(file: File, word: &str, other: &str) -> Option<File> {
    Some(File { text: file.text.replace(word, other), ..file })
}

const DAMAGES: [(&str, Damage); 4] = [
    ("another port", |file| replaced(file, "- 8080", "- 8081")),
    ("another namespace", |file| replaced(file, "namespace: shop", "namespace: shop-2")),
    ("no file", |_| None),
    ("no YAML", |file| replaced(file, "spec:", "spec: [")),
];

/// A back end that writes something else.
struct Wrong<'a>(Box<dyn Lowering + 'a>, Damage);

impl Lowering for Wrong<'_> {
    fn cluster(&self) -> Option<&File> {
        self.0.cluster()
    }

    fn namespace(&self, name: &Text) -> Option<File> {
        self.0.namespace(name).and_then(self.1)
    }

    fn goes_on(&self) -> bool {
        self.0.goes_on()
    }

    fn finish(self: Box<Self>, names: &[String]) -> (File, Vec<Diagnostic>) {
        self.0.finish(names)
    }
}

fn begin_wrong<'a, const AT: usize>(request: &Request<'a>) -> Box<dyn Lowering + 'a> {
    Box::new(Wrong((calico::BACKEND.begin)(request), DAMAGES[AT].1))
}

static WRONG: [Backend; 4] = [
    Backend { begin: begin_wrong::<0>, ..calico::BACKEND },
    Backend { begin: begin_wrong::<1>, ..calico::BACKEND },
    Backend { begin: begin_wrong::<2>, ..calico::BACKEND },
    Backend { begin: begin_wrong::<3>, ..calico::BACKEND },
];

#[test]
fn a_back_end_that_writes_something_else_is_found_out_and_nothing_is_written() {
    for (backend, (what, _)) in WRONG.iter().zip(DAMAGES) {
        let host = Memory::with(&[("p/netpol.toml", ONE_TARGET), ("p/shop.netpol", SHOP)]);
        let options =
            Options { as_of: "2026-11-21".parse().unwrap(), targets: Vec::new(), purpose: Purpose::Build };
        let mut loaded = load(&host);
        loaded.project.targets[0].backend = backend;
        let before = host.files("p");
        let said = |compiled: &Compiled| shown(Format::Human, &loaded, &compiled.diagnostics);
        let checked = check_all(loaded.clone(), &options);
        let (built, replaced) = build(loaded.clone(), &options, &host, Path::new("p"));
        assert!(said(&checked).contains("error[NP072"), "{what}: {}", said(&checked));
        assert_eq!(said(&built), said(&checked), "{what}");
        assert_eq!(said(&compile(loaded.clone(), &options)), said(&checked), "{what}");
        assert_eq!(replaced, None, "{what}");
        assert_eq!(host.files("p"), before, "{what}: nothing is left beside it");
    }
}
