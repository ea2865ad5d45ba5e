//! What is drawn, and what is not.

use indoc::indoc;

use super::{Drawn, GraphBy, GraphFormat, GraphOptions, dot, graph, mermaid};
use crate::testing::Memory;
use crate::{Options, Purpose, compile, load_project};

const CLUSTER: &str = "\
cluster c {\n  pods 10.244.0.0/16\n  services 10.96.0.0/12\n  nodes 10.10.0.0/16\n  apiserver 10.10.0.10\n}\n";

/// What is drawn of a program on the examples' day.
fn drawn(text: &str, format: GraphFormat, by: Option<GraphBy>, namespaces: &[&str]) -> Result<Drawn, String> {
    let day = "2026-11-21".parse().unwrap();
    let text = match text.strip_prefix("use std/k8s\n") {
        Some(text) => format!("use std/k8s\n{CLUSTER}{text}"),
        None => format!("{CLUSTER}{text}"),
    };
    let host = Memory::with(&[("p/netpol.toml", "edition = 2026\n"), ("p/a.netpol", &text)]);
    let loaded = load_project(&host, std::path::Path::new("p"));
    let mut compiled = compile(loaded, &Options { as_of: day, targets: Vec::new(), purpose: Purpose::Test });
    compiled.keep_what_misleads();
    assert!(!compiled.has_errors(), "{:?}", compiled.diagnostics);
    let namespaces = namespaces.iter().map(|name| (*name).to_owned()).collect();
    graph(&compiled, &GraphOptions { format, namespaces, by }, day)
}

/// The lines of a Mermaid text that have an arrow.
fn arrows(text: &str, namespaces: &[&str]) -> Vec<String> {
    let drawn = drawn(text, GraphFormat::Mermaid, Some(GraphBy::Workload), namespaces).unwrap();
    drawn.text.lines().filter(|line| line.contains("->")).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_port_that_a_guardrail_denies_is_not_drawn() {
    let text = indoc! {"
        guardrail g {
          deny pods -> pods:9999
        }
        namespace shop {
          tiers [web, api] by tier
          web -> api:[8080, 9998-10000]
        }
    "};
    assert_eq!(arrows(text, &[]), ["shop__web -->|\"8080, 9998, 10000\"| shop__api"]);
}

#[test]
fn an_arrow_of_which_only_some_passes_is_dashed() {
    let text = indoc! {"
        workload marked selects pci=yes in shop
        guardrail g {
          deny pods -> marked:8080
        }
        namespace shop {
          tiers [web, api] by tier
          web -> api:8080
        }
    "};
    assert_eq!(arrows(text, &[]), ["shop__web -.->|\"8080 in part\"| shop__api"]);
}

#[test]
fn an_exposure_that_only_some_use_is_drawn_for_these() {
    let text = indoc! {"
        namespace shop {
          tiers [web, api] by tier
          web -> data/all:5432
        }
        namespace data {
          expose all:5432 to shop/all
        }
    "};
    assert_eq!(arrows(text, &[]), ["shop__web -->|\"5432\"| data__all_pods"]);
}

#[test]
fn a_namespace_that_is_not_closed_is_titled_so() {
    let text = "namespace shop audit until 2027-01-01 {\n  tiers [web, api] by tier\n  web -> api:8080\n}\n";
    let drawn = drawn(text, GraphFormat::Mermaid, None, &[]).unwrap();
    assert!(drawn.text.contains("subgraph ns_shop[\"shop (only watched)\"]"), "{}", drawn.text);
}

#[test]
fn one_namespace_is_drawn_with_what_it_exchanges() {
    let text = indoc! {"
        namespace a {
          tiers [web, api] by tier
          web -> api:8080
          api -> b/web:80
        }
        namespace b {
          tiers [web, api] by tier
          expose web:80 to a/api
          web -> api:8080
        }
    "};
    assert_eq!(arrows(text, &["a"]), ["a__api -->|\"80\"| b__web", "a__web -->|\"8080\"| a__api"]);
    let fault = drawn(text, GraphFormat::Dot, None, &["aa"]).unwrap_err();
    assert_eq!(fault, "no namespace is named `aa`: did you mean `a`?");
}

/// Namespaces with the same line to one place.
fn many(count: usize) -> String {
    let one = |at: usize| {
        format!(
            "namespace n{at} {{\n  tiers [web, api] by tier\n  web -> api:8080\n  egress https to internet from all\n}}\n"
        )
    };
    (0..count).map(one).collect()
}

#[test]
fn what_many_namespaces_have_alike_is_drawn_once() {
    let last = |count| {
        arrows(&many(count), &[]).into_iter().filter(|line| line.contains("internet")).collect::<Vec<_>>()
    };
    assert_eq!(last(3).len(), 3);
    assert_eq!(last(5), ["of_all_pods -->|\"443\"| at_internet"]);
}

#[test]
fn a_large_graph_is_one_of_namespaces_and_says_so() {
    let large = drawn(&many(201), GraphFormat::Mermaid, None, &[]).unwrap();
    assert_eq!(large.text.lines().count(), 4, "{}", large.text);
    assert!(large.text.contains("of_every_declared_namespace -->|\"443\"| at_internet"), "{}", large.text);
    assert!(large.notes[0].starts_with("202 arrows are too many"), "{:?}", large.notes);
    let small = drawn(&many(20), GraphFormat::Mermaid, None, &[]).unwrap();
    assert_eq!(small.notes, Vec::<String>::new());
    let csv = drawn(&many(201), GraphFormat::Csv, None, &[]).unwrap();
    assert_eq!((csv.text.lines().count(), csv.notes.len()), (403, 0));
}

#[test]
fn names_that_a_language_reserves_are_words_like_any_other() {
    let text = indoc! {r#"
        namespace subgraph {
          workload end selects app=end
          workload class selects app=class
          end -> class:"http"
          egress https to *.example.com from end
        }
    "#};
    insta::assert_snapshot!("reserved_mermaid", drawn(text, GraphFormat::Mermaid, None, &[]).unwrap().text);
    insta::assert_snapshot!("reserved_dot", drawn(text, GraphFormat::Dot, None, &[]).unwrap().text);
}

#[test]
fn what_would_end_a_text_is_escaped() {
    let hostile = "a\"b\\c<script>&`*_#;\n.d/e é";
    assert_eq!(mermaid::escaped(hostile), "a#34;b#92;c#60;script#62;#38;#96;#42;#95;#35;#59;<br>.d/e é");
    assert_eq!(dot::escaped(hostile), "a\\\"b\\\\c<script>&amp;`*_#;\\n.d/e é");
}

#[test]
fn two_sets_of_one_name_are_told_apart() {
    let text = indoc! {"
        use std/k8s
        namespace kube-system {
          workload coredns selects app=other
          workload api selects app=api
          api -> coredns:80
          api -> k8s/coredns:81
        }
    "};
    assert_eq!(
        arrows(text, &[]),
        [
            "kube_system__api -->|\"80\"| kube_system__coredns",
            "kube_system__api -->|\"81\"| kube_system__coredns_2"
        ]
    );
    let drawn = drawn(text, GraphFormat::Dot, None, &[]).unwrap();
    assert!(drawn.text.contains("[label=\"coredns\\n{k8s-app=kube-dns}\"]"), "{}", drawn.text);
}

#[test]
fn no_id_begins_with_a_digit() {
    let text = "namespace 3scale {\n  tiers [web, api] by tier\n  web -> api:8080\n}\n";
    assert_eq!(arrows(text, &[]), ["n3scale__web -->|\"8080\"| n3scale__api"]);
}
