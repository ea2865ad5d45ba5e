//! Ranges that pods share with other machines (amendment U2): what a test promises is what the project's targets do.

use netpol_diagnostics::Severity;
use netpol_tests::book::{self, Block};

/// `web` may reach addresses among which `db` lives, and `db` takes callers by address. By the source neither speaks of
/// pods.
const PROGRAM: &str = "cluster main {
  pods 10.20.0.0/17
  nodes 10.21.0.0/16
  shared 10.20.0.0/16
}
namespace shop {
  workload web selects app=web
  egress 5432 to 10.20.7.0/24 from web
    because \"the old database stands there\"
}
namespace data {
  workload db selects app=db
  ingress 5432 from 10.20.0.0/16 to db
    because \"reports from the old machines\"
}
test \"the shop does not read orders\" {
  cannot shop/web -> data/db:5432
}
";

fn check(program: &str, backends: &str) -> netpol_driver::Compiled {
    let words = vec!["netpol".to_owned(), format!("backend={backends}")];
    book::run(&Block { line: 0, words, body: String::new() }, program)
}

#[test]
fn a_cannot_counts_pods_of_shared_ranges_where_a_target_compares_addresses() {
    for (backends, holds) in
        [("cilium", true), ("kubernetes", false), ("calico", false), ("cilium+calico", false)]
    {
        let compiled = check(PROGRAM, backends);
        let report = book::report(&compiled);
        assert_eq!(!book::says(&compiled, "NP0901", Severity::Error), holds, "{backends}:\n{report}");
        assert_eq!(report.contains("takes the pods that share its range"), !holds, "{backends}:\n{report}");
    }
}

#[test]
fn one_end_that_refuses_is_enough() {
    let closed = PROGRAM.replace(
        "  ingress 5432 from 10.20.0.0/16 to db\n    because \"reports from the old machines\"\n",
        "",
    );
    let compiled = check(&closed, "kubernetes");
    assert!(!compiled.has_errors(), "{}", book::report(&compiled));
}

#[test]
fn what_a_guardrail_denies_to_pods_stays_denied() {
    let guarded = format!("{PROGRAM}guardrail orders {{\n  deny shop/all -> data/all:any\n}}\n");
    for backends in ["cilium", "calico"] {
        let compiled = check(&guarded, backends);
        assert!(
            !book::says(&compiled, "NP0901", Severity::Error),
            "{backends}:\n{}",
            book::report(&compiled)
        );
    }
}
