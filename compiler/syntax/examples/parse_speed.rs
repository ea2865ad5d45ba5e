//! Prints how fast the parser is, on programs of 5,000 and 100,000 rules.
//!
//! `cargo run --release -p netpol-syntax --example parse_speed`, with other numbers of rules as arguments.

// Printing is what this program is for.
#![allow(clippy::print_stdout)]

use netpol_diagnostics::FileId;
use std::fmt::Write;
use std::time::Instant;

fn main() {
    let asked: Vec<usize> = std::env::args().skip(1).filter_map(|number| number.parse().ok()).collect();
    for rules in if asked.is_empty() { vec![5_000, 100_000] } else { asked } {
        let text = program(rules);
        let mut best = f64::MAX;
        let mut mistakes = 0;
        for _ in 0..5 {
            let started = Instant::now();
            let parsed = netpol_syntax::parse(FileId(0), &text);
            best = best.min(started.elapsed().as_secs_f64());
            mistakes = parsed.diagnostics.len();
        }
        let megabytes = text.len() as f64 / 1e6;
        println!(
            "{rules} rules, {megabytes:.1} MB: {:.1} ms, {:.0} MB/s, {mistakes} mistakes",
            best * 1e3,
            megabytes / best
        );
    }
}

fn program(rules: usize) -> String {
    let mut text = String::from("edition 2026\nuse std/k8s\n\n");
    let mut written = 0;
    let mut namespace = 0;
    while written < rules {
        let _ = writeln!(text, "namespace shop-{namespace} owner team-{namespace} {{");
        let _ = writeln!(
            text,
            "  workload web selects app=web, tier in (front, edge)\n  tiers [api, db] by tier\n  apply k8s/dns"
        );
        for line in 0..10 {
            let _ = writeln!(text, "  web -> api:{}", 8000 + line);
            let _ = writeln!(
                text,
                "  api -> data-{namespace}/orders:[postgres, 9187]\n    because \"orders are kept by another team\""
            );
            let _ = writeln!(
                text,
                "  egress https to [api-{line}.example.com, 10.{line}.0.0/16] from api\n    because \"payments\" ticket SEC-{line} until 2027-01-31"
            );
            let _ = writeln!(text, "  expose api:8080 to edge/nginx # {line}");
            let _ = writeln!(
                text,
                "  ingress [http, https] from internet to web\n    because \"public entry point\""
            );
            written += 5;
        }
        text.push_str("}\n\n");
        namespace += 1;
    }
    text
}
