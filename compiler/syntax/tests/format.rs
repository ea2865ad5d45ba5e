//! The one layout: what it looks like, and that it loses nothing.

#![allow(clippy::panic, clippy::expect_used, reason = "a test may stop")]

use std::path::{Path, PathBuf};

use netpol_syntax::format;

fn laid(text: &str) -> String {
    format(text).unwrap_or_else(|| panic!("no layout for\n{text}"))
}

/// Every program of the repository.
fn programs() -> Vec<(PathBuf, String)> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let mut found = Vec::new();
    for folder in ["stdlib", "examples", "compiler"] {
        collect(&root.join(folder), &mut found);
    }
    assert!(found.len() > 50, "{} programs", found.len());
    found
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "netpol") {
            let text = std::fs::read_to_string(&path).expect("a text");
            found.push((path, text));
        }
    }
}

#[test]
fn every_program_has_a_layout_that_is_its_own() {
    for (path, text) in programs() {
        let Some(once) = format(&text) else {
            // The template of `netpol init` has a name to fill in.
            assert!(path.ends_with("new_project/namespace.netpol"), "{}", path.display());
            continue;
        };
        assert_eq!(laid(&once), once, "{}", path.display());
        let comments = |text: &str| text.matches('#').count();
        assert_eq!(comments(&text), comments(&once), "{}", path.display());
    }
}

#[test]
fn space_is_put_right() {
    let text = "\u{feff}use   std/k8s as   kube\nnamespace shop   owner team-shop\r\n\n\n\nworkload web selects app = web ,\
                tier in( a,b ) in namespaces ( env = prod )\nnet   x=10.0.0.0/8   except 10.1.0.0/16\nport p= [ udp/53,\
                tcp/53 ]\nweb->[ api , db ] : [80 , 90]\n   apply  kube/f (x , y : \"z\")\n\
                egress https\n  to internet\n  from web\n because   \"x\"\nticket   A-1 until 2027-01-01 log\n";
    assert_eq!(
        laid(text),
        "use std/k8s as kube
namespace shop owner team-shop

workload web selects app=web, tier in (a, b) in namespaces(env=prod)
net x = 10.0.0.0/8 except 10.1.0.0/16
port p = [udp/53, tcp/53]
web -> [api, db]:[80, 90]
apply kube/f(x, y: \"z\")
egress https to internet from web
  because \"x\" ticket A-1 until 2027-01-01
  log
"
    );
}

#[test]
fn blocks_are_set_in_and_apart() {
    let text = "use std/k8s\nnamespace a audit until 2027-01-01 because \"we look first\" owner t {\n\n  workload x selects a=b\n\n\n  \
                app y {\nx -> x:1\n}\n\n}\npattern p(a: workload,b: port=80) {\n}\n# about c\nnamespace c {}\n";
    assert_eq!(
        laid(text),
        "use std/k8s

namespace a audit until 2027-01-01
  because \"we look first\" owner t {
  workload x selects a=b

  app y {
    x -> x:1
  }
}

pattern p(a: workload, b: port = 80) {
}

# about c
namespace c {
}
"
    );
}

#[test]
fn comments_stay_where_they_are() {
    let text = "# head\n\nnamespace a # why\n# of x\nworkload x selects a=b    # behind\n   # of the reason\n  because \"r\"\nx -> [\n# first\n\
                x, # one\n  # second\n  y\n  # last\n]:80 # end\n# over\n";
    assert_eq!(
        laid(text),
        "# head

namespace a  # why
# of x
workload x selects a=b  # behind
  # of the reason
  because \"r\"
x -> [
  # first
  x,  # one
  # second
  y,
  # last
]:80  # end
# over
"
    );
}

#[test]
fn a_long_line_is_broken_at_its_brackets() {
    let short: Vec<String> = (0..30).map(|n| format!("name-{n}")).collect();
    let long = "a-name-that-is-much-too-long-for-anybody.example.com";
    let text = format!(
        "tiers [{}] by app\negress https to [{long}, other.{long}, third.{long}] from [web, api]\n",
        short.join(",")
    );
    assert_eq!(
        laid(&format!("namespace a\n{text}")),
        format!(
            "namespace a\ntiers [\n  {},\n  {},\n  {},\n] by app\negress https to [\n  {long},\n  other.{long},\n  third.{long},\n] \
             from [web, api]\n",
            short[..12].join(", "),
            short[12..23].join(", "),
            short[23..].join(", "),
        )
    );
}

#[test]
fn a_text_with_a_mistake_is_left_alone() {
    for text in ["namespace a\nweb -> api:80, 90\n", "namespace a {\n", "x {", "namespace a // b\n"] {
        assert_eq!(format(text), None, "{text}");
    }
    assert_eq!(format(""), Some(String::new()));
    assert_eq!(format("\n\n# only\n\n\n"), Some("# only\n".to_owned()));
}

/// A number that looks random and is the same on every run.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

#[test]
fn how_it_was_set_in_before_makes_no_difference() {
    let mut state = 7;
    for (path, text) in programs() {
        let Some(expected) = format(&text) else { continue };
        let shaken: String = text
            .trim_start_matches('\u{feff}')
            .lines()
            .map(|line| {
                let (before, after) = (next(&mut state) % 9, next(&mut state) % 3);
                format!("{}{}{}\n", " ".repeat(before), line.trim(), "\t".repeat(after))
            })
            .collect();
        assert_eq!(laid(&shaken), expected, "{}", path.display());
    }
}

#[test]
fn whatever_the_text_its_layout_is_its_own_or_there_is_none() {
    let (mut state, mut laid_out) = (11, 0);
    for (path, text) in programs() {
        for _ in 0..20 {
            // A few bytes of it are lost or doubled.
            let at = next(&mut state) % (text.len() + 1);
            let end = (at + next(&mut state) % 12).min(text.len());
            let (Some(head), Some(tail)) = (text.get(..end), text.get(at..)) else { continue };
            let (lost, doubled) =
                (text.get(..at).unwrap_or("").to_owned() + &text[end..], head.to_owned() + tail);
            for broken in [lost, doubled] {
                if let Some(once) = format(&broken) {
                    laid_out += 1;
                    assert_eq!(format(&once).as_deref(), Some(once.as_str()), "{}: {broken}", path.display());
                }
            }
        }
    }
    assert!(laid_out > 100, "{laid_out}");
}
