//! Programs that anyone may write and that no algebra can finish: lines which each tell pods by labels of their own leave a
//! piece for every combination of them. Each is answered, by a build or by a message of its own, and soon.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use netpol_diagnostics::Severity;
use netpol_driver::Compiled;
use netpol_tests::book::{self, Block};

/// How many lines about two labels each: together they tell 2²⁴ kinds of pods and more.
const LINES: usize = 24;

/// How long a target may take, on a machine that does other things as well.
const PATIENCE: Duration = Duration::from_secs(20);

const CLUSTER: &str =
    "cluster main {\n  pods 10.244.0.0/16\n  services 10.96.0.0/12\n  nodes 10.10.0.0/16\n}\n";
const SHOP: &str = "namespace shop {
  workload web selects app=web
  workload api selects app=api
  web -> api:8080
  all -> all:any because \"a line that meets all others\"
";

fn lines(line: impl Fn(usize) -> String) -> String {
    (0..LINES).map(|at| line(at) + "\n").collect()
}

/// Workloads of two labels each, named `w0` and so on.
fn kinds(place: &str) -> String {
    lines(|at| format!("workload w{at} selects a{at}=x,b{at}=y{place}"))
}

/// Every program: what it is called, its text, and the codes of which each build says one, where it is no clean build.
fn programs() -> Vec<(&'static str, String, &'static [&'static str])> {
    let (everywhere, own) = (kinds(" in shop"), kinds(""));
    let denies = lines(|at| format!("  deny pods -> w{at}:any"));
    let ports =
        lines(|at| format!("  deny w{} -> w{at}:{}-{}", (at + 1) % LINES, 1000 + at * 10, 2000 + at * 10));
    let exceptions = lines(|at| format!("  except pods -> w{at}:any until 2027-01-01"));
    let guarded = |body: &str| format!("{CLUSTER}{everywhere}guardrail g {{\n{body}}}\n{SHOP}}}\n");
    let fenced = |body: &str| format!("{CLUSTER}{SHOP}{own}{body}}}\n");
    let tenants = lines(|at| format!("tenant t{at} owns namespaces(a{at}=x, b{at}=y)"));
    let exposes = lines(|at| format!("  expose db:5432 to w{at}"));
    vec![
        ("denies of a guardrail", guarded(&denies), &["NP0723", "NP0724"]),
        ("denies of a guardrail, at ports that overlap", guarded(&ports), &["NP0723", "NP0724"]),
        (
            "exceptions of a guardrail",
            guarded(&format!("  deny pods -> pods:any\n{exceptions}")),
            &["NP0512"],
        ),
        (
            "denies of a fence",
            fenced(&lines(|at| format!("deny all -> w{at}:any"))),
            &["NP0717", "NP0723", "NP0724"],
        ),
        (
            "exceptions of a fence",
            fenced(&format!("deny all -> all:any\n{}", lines(|at| format!("except all -> w{at}:any")))),
            &["NP0723", "NP0724"],
        ),
        (
            "a fence of port names",
            fenced(&lines(|at| format!("deny all -> w{at}:[\"p{at}\", \"q{at}\"]"))),
            &["NP0709", "NP0717", "NP0723", "NP0724"],
        ),
        (
            "tenants by label",
            format!("{CLUSTER}{tenants}guardrail g {{\n  deny tenants -> other-tenants:any\n}}\n{SHOP}}}\n"),
            &["NP0512"],
        ),
        (
            "consent in pieces",
            format!(
                "{CLUSTER}{everywhere}namespace data {{\n  workload db selects app=db\n{exposes}}}\n{SHOP}  all -> data/db:5432\n}}\n"
            ),
            &["NP0512"],
        ),
        ("every pod by pieces", fenced(&lines(|at| format!("egress any to any from w{at}"))), &["NP0723"]),
        (
            "a test",
            format!(
                "{}test \"t\" {{\n  can shop/web -> shop/all:8080\n  cannot shop/all -> shop/web:9090\n}}\n",
                guarded(&denies)
            ),
            &["NP0901", "NP0906"],
        ),
    ]
}

fn build(text: &str, backend: &str) -> Compiled {
    let words = vec!["netpol".to_owned(), format!("backend={backend}")];
    book::run(&Block { line: 0, words, body: String::new() }, text)
}

#[test]
fn every_hostile_program_is_answered_soon() {
    let only = std::env::var("NETPOL_HOSTILE").unwrap_or_default();
    let mut wrong = Vec::new();
    for (name, text, codes) in programs().into_iter().filter(|(name, ..)| name.contains(&only)) {
        for backend in netpol_backends::BACKENDS {
            let start = Instant::now();
            let compiled = build(&text, backend.name);
            let took = start.elapsed();
            let errors = compiled.diagnostics.iter().filter(|d| d.severity == Severity::Error);
            let said: BTreeSet<String> = errors.map(|error| error.code.to_string()).collect();
            println!("{name}, {}: {:.1} s, {said:?}", backend.name, took.as_secs_f64());
            if took > PATIENCE {
                wrong.push(format!("{name}, {}: took {took:?}", backend.name));
            }
            if !said.iter().all(|code| codes.contains(&&**code)) {
                wrong.push(format!("{name}, {}: {said:?}\n{}", backend.name, book::report(&compiled)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
