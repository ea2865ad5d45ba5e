//! Whole programs: the design's, the library's, and token soup.

use std::path::Path;
use std::time::Instant;

use netpol_diagnostics::Severity;
use proptest::prelude::*;

use super::{check_all, shown};
use crate::Authority;

fn errors(project: &super::Project) -> Vec<String> {
    let lines = shown(project);
    let with = project.checked.diagnostics.iter().zip(lines);
    with.filter(|(d, _)| d.severity == Severity::Error)
        .map(|(d, line)| format!("{line}: {}", d.title))
        .collect()
}

#[test]
fn every_library_module_is_without_error() {
    for (path, _) in crate::standard_modules().iter().skip(1) {
        let prefix = path.strip_prefix("std/").unwrap();
        let text = format!("use {path}\nnamespace {prefix}-user {{\n}}\n");
        let found = check_all(&[("main.netpol", &text, Authority::Anyone)], None);
        assert_eq!(errors(&found), Vec::<String>::new());
    }
}

#[test]
fn the_library_reads_as_a_project_without_error() {
    for (path, text) in crate::standard_modules().iter().skip(1) {
        let file = format!("{}.netpol", path.replace("std/", "lib/"));
        let user = format!("use {}\n", path.replace("std/", "lib/"));
        let files =
            [(file.as_str(), *text, Authority::Anyone), ("main.netpol", user.as_str(), Authority::Anyone)];
        assert_eq!(errors(&check_all(&files, None)), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn the_designs_programs_are_without_error() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/design/programs");
    let mut projects: Vec<Vec<std::path::PathBuf>> = Vec::new();
    for folder in ["examples", "requirements", "examples/12"] {
        let Ok(entries) = std::fs::read_dir(root.join(folder)) else { continue };
        let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        files.retain(|path| path.extension().is_some_and(|kind| kind == "netpol"));
        // Its test stands outside the braces of the namespace whose short names it uses.
        files.retain(|path| !path.ends_with("07-mesh-l7.netpol"));
        files.sort();
        if folder.ends_with("12") {
            projects.push(files);
        } else {
            projects.extend(files.into_iter().map(|file| vec![file]));
        }
    }
    for project in projects {
        let texts: Vec<(String, String)> = project
            .iter()
            .map(|path| {
                (path.file_name().unwrap().to_string_lossy().into(), std::fs::read_to_string(path).unwrap())
            })
            .collect();
        let files: Vec<_> = texts.iter().map(|(p, t)| (p.as_str(), t.as_str(), Authority::Anyone)).collect();
        let mut found = check_all(&files, None);
        // Some programs show one of two sides.
        found.checked.diagnostics.retain(|d| !matches!(d.code.0, 405 | 406));
        for (diagnostic, line) in found.checked.diagnostics.iter().zip(shown(&found)) {
            println!("{}: {line}: {}", texts[0].0, diagnostic.title);
        }
        // A pod may be `tier=api` and `app=dashboard` at once, so these two promises of the design do not hold.
        let expected: &[&str] = match &*texts[0].0 {
            "03-cross-namespace.netpol" => &[
                "NP0901 cannot app-prod/dashboard -> data/orders:any",
                "NP0901 cannot app-prod/pod(app=rogue) -> data/orders:any",
            ],
            _ => &[],
        };
        let found: Vec<String> = errors(&found);
        let titles: Vec<&str> = found.iter().filter_map(|line| line.split(": ").next()).collect();
        assert_eq!(titles, expected, "{}", texts[0].0);
    }
}

/// A project of `namespaces` namespaces with `rules` rules each, most of them inside, some across.
fn large(namespaces: usize, rules: usize) -> String {
    let mut text = String::from("use std/k8s\n");
    for n in 0..namespaces {
        text += &format!("namespace n{n} {{\n  apply k8s/dns\n");
        for w in 0..50 {
            text += &format!("  workload w{w} selects app=w{w}, tier in (a, b)\n");
        }
        for r in 0..rules {
            match r % 4 {
                0 => text += &format!("  egress 443 to 203.0.{}.0/24 from w{}\n", r % 256, r % 50),
                1 => text += &format!("  w{} -> n{}/w{}:8080\n", r % 50, (n + 1) % namespaces, r % 49),
                2 => text += &format!("  expose w{}:{} to n{}/all\n", r % 50, 1000 + r, (n + 1) % namespaces),
                _ => {
                    text += &format!(
                        "  w{} -> w{}:{}\n    because \"line {r}\"\n",
                        r % 50,
                        (r + 7) % 50,
                        1000 + r
                    )
                }
            }
        }
        text += "}\n";
    }
    text
}

#[test]
fn large_projects_are_checked_in_proportion() {
    for (namespaces, rules) in [(20, 250), (200, 500)] {
        let text = large(namespaces, rules);
        let mut sources = netpol_diagnostics::Sources::default();
        let id = sources.add("main.netpol", text.as_str());
        let tree = netpol_syntax::parse(id, &text).file;
        let files = [crate::InputFile { tree: tree.into(), authority: Authority::Anyone }];
        let start = Instant::now();
        let input = crate::Input {
            files: &files,
            default_namespace: None,
            as_of: "2026-07-15".parse().unwrap(),
            by_address: &[],
            wanted: crate::Wanted::ALWAYS,
        };
        let checked = crate::check(&input, &mut sources);
        println!("{} rules: {:?}", namespaces * rules, start.elapsed());
        let count: usize = checked.views[0].namespaces.values().map(|n| n.rules.len()).sum();
        assert_eq!(count, namespaces * (rules + 1), "{:?}", checked.diagnostics.first());
    }
}

const WORDS: [&str; 72] = [
    "namespace a",
    "{",
    "}",
    "\n",
    "workload w selects app=w",
    "tiers [x, y] by tier",
    "group g = [w, g]",
    "net n = 10.0.0.0/8",
    "except 10.1.0.0/16",
    "domain d = *.x.example.com",
    "domain e(r: label) = {r}.x.com",
    "port p = [p, 80]",
    "w -> w:p",
    "all -> all:any",
    "egress 443 to internet",
    "ingress any from any to other-pods",
    "expose w:80 to pods",
    "deny",
    "allow",
    "except",
    "guardrail r",
    "sealed",
    "baseline",
    "apply k8s/dns",
    "apply q",
    "apply q(w, 80)",
    "pattern q(x: workload, y: port = http)",
    "x -> x:y",
    "pattern q",
    "use std/k8s",
    "use std/guard",
    "waive k8s/dns",
    "tenant t owns a",
    "tenant t owns namespaces(team=x)",
    "cluster c { pods 10.0.0.0/8 }",
    "on c",
    "mode audit on c",
    "audit",
    "until 2026-01-01",
    "until 2027-02-30",
    "because \"x\"",
    "because y",
    "owner o",
    "log",
    "alert critical",
    "only http GET \"/x*\"",
    "test \"t\" { can w -> a/w:80 }",
    "require because on egress",
    "require prefix /99 on ingress",
    "app z",
    "app z in a",
    "namespace [b, c]",
    "external",
    "*",
    "pod(app=x)",
    "other-tenants",
    "[",
    "]",
    ",",
    ":",
    "->",
    "e(eu-west-1)",
    "k8s/coredns",
    "nodes",
    "cluster-gateway",
    "host-network",
    "account sa",
    "in kube-system",
    "ports [p=p]",
    "icmp",
    "\"http\"",
    "apply guard/pci-dss-4(a)",
];

proptest! {
    #[test]
    fn token_soup_never_panics(words in proptest::collection::vec(0..WORDS.len(), 0..40), newlines in any::<u64>()) {
        let mut text = String::new();
        for (at, word) in words.iter().enumerate() {
            text += WORDS[*word];
            text += if newlines >> (at % 64) & 1 == 1 { "\n" } else { " " };
        }
        check_all(&[("main.netpol", &text, Authority::Anyone)], Some("a"));
        check_all(&[("main.netpol", &text, Authority::Anyone), ("q.netpol", &format!("use main\n{text}"), Authority::Platform)], None);
    }
}
