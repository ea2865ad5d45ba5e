//! Sentences about flows in another order, or without one of their words.

use super::{Context, Slip};
use crate::grammar::Rule;
use crate::layout;
use crate::patch::Patch;

/// `web -> api 8080`, `web -> api port 8080`.
pub(super) fn port(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    let word = layout::word_at(rest, 0);
    let (port_at, port) = match word {
        "port" | "ports" => context.beyond(at + word.len()),
        _ => (at, rest),
    };
    let port = piece(port);
    if !context.expects(&[Rule::colon]) || !port.starts_with(|first: char| first.is_ascii_digit()) {
        return;
    }
    let before = context.before();
    let end = before.rsplit([' ', '\t', '\n']).next().unwrap_or("");
    found.push(
        Slip::new("a port follows a `:`", at..port_at + port.len(), "expected `:`")
            .fix(format!("write `{end}:{port}`"), vec![Patch::replace(before.len()..port_at, ":")]),
    );
}

/// `egress from web to internet:443`, `allow from web to api:8080`, `egress dns from web`, `ingress 80 to web`.
pub(super) fn order(context: &Context<'_>, found: &mut Vec<Slip>) {
    let text = context.text;
    let verb = layout::word_at(text, 0);
    let missing = match verb {
        "egress" => Rule::k_to,
        "ingress" => Rule::k_from,
        "allow" => Rule::arrow,
        _ => return,
    };
    if !context.expects(&[missing]) {
        return;
    }
    let (at, rest) = context.rest();
    let place = at..at + super::token_length(rest);
    found.push(match (verb, from_to(text)) {
        ("allow", Some(([source, target, port], until))) => {
            let meant = format!("{source} -> {target}:{port}");
            // A guess: a guardrail would keep the word.
            Slip::new("a flow between pods is an arrow", place, "expected `->`")
                .guess(format!("write `{meant}`"), vec![Patch::replace(0..until, meant)])
        }
        ("egress", Some(([source, target, port], until))) => {
            let meant = format!("egress {port} to {target} from {source}");
            Slip::new("`egress` says first which port, then where to", place, "expected `to`")
                .fix(format!("write `{meant}`"), vec![Patch::replace(0..until, meant)])
        }
        ("egress", ..) => Slip::new("`egress` says where to", place, "expected `to`")
            .help("write `egress PORTS to ADDRESSES from PODS`"),
        ("ingress", ..) => Slip::new("`ingress` says where from", place, "expected `from`")
            .help("write `ingress PORTS from ADDRESSES to PODS`"),
        _ => Slip::new("a flow between pods is an arrow", place, "expected `->`")
            .help("write `CLIENT -> SERVER:PORT`"),
    });
}

/// The parts of `WORD from SOURCE to TARGET:PORT`, and where it ends.
fn from_to(text: &str) -> Option<([&str; 3], usize)> {
    let words: Vec<&str> = text.split_whitespace().take(5).collect();
    let [_, "from", source, "to", last] = words[..] else { return None };
    let (target, port) = last.rsplit_once(':')?;
    Some(([source, target, port], text.find(last)? + last.len()))
}

/// `web -> db in data:5432`.
pub(super) fn namespace(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    if layout::word_at(rest, 0) != "in" || !context.expects(&[Rule::colon, Rule::arrow]) {
        return;
    }
    let (name_at, after) = context.beyond(at + 2);
    let name = layout::word_at(after, 0);
    let before = context.before();
    let from = before.rfind([' ', '\t', '\n', '[']).map_or(0, |at| at + 1);
    let end = context.slice(from..before.len());
    let until = name_at + name.len();
    if !name.is_empty() && !end.contains(['/', ']', ')']) {
        let meant = format!("{name}/{end}");
        found.push(
            Slip::new("a workload is named with its namespace", at..until, "stands before its name")
                .fix(format!("write `{meant}`"), vec![Patch::replace(from..until, meant)]),
        );
    }
}

/// `app=web -> api:80`.
pub(super) fn labels(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (_, rest) = context.rest();
    let run = context.run();
    let written = context.slice(run.clone()).split(':').next().unwrap_or("");
    if rest.starts_with('=') && context.text.contains("->") && written.contains('=') {
        let place = run.start..run.start + written.len();
        let meant = format!("pod({written})");
        found.push(
            Slip::new("pods are named by a workload", place.clone(), "labels, not a name")
                .fix(format!("write `{meant}`, or declare a workload"), vec![Patch::replace(place, meant)]),
        );
    }
}

/// `expose api:8080`.
pub(super) fn exposed_to(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    if rest.is_empty() && layout::word_at(context.text, 0) == "expose" && context.expects(&[Rule::k_to]) {
        found.push(
            Slip::new("`expose` says to whom", at..at, "expected `to`")
                .help("write who may reach it: `to NAMESPACE/WORKLOAD`"),
        );
    }
}

/// `web -> api:80 allowed`, in a test.
pub(super) fn outcome(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    let word = layout::word_at(rest, 0);
    let verb = match word {
        "allowed" | "passes" | "works" => "can",
        "blocked" | "denied" | "fails" | "refused" => "cannot",
        _ => return,
    };
    let taken = Patch::replace(context.before().len()..at + word.len(), "");
    found.push(
        Slip::new(format!("unexpected `{word}`"), at..at + word.len(), "a test says it before the flow")
            .guess(
                format!("write `{verb}` before the flow"),
                vec![Patch::insert(0, format!("{verb} ")), taken],
            ),
    );
}

/// The text up to a space.
fn piece(text: &str) -> &str {
    text.split([' ', '\t', '\n', '#']).next().unwrap_or("")
}
