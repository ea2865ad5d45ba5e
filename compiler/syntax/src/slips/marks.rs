//! Arrows, commas, colons, brackets and slashes out of place.

use super::{Context, Slip};
use crate::grammar::Rule;
use crate::layout;
use crate::patch::Patch;

/// `>`, `=>`, `→` and the like for `->`.
pub(super) fn arrow(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    const ARROWS: &[&str] = &["-->", "->>", "=>", "==>", "- >", "—>", "–>", "~>", "→", "⇒", "➔", "⟶", ">"];
    if let Some(written) =
        ARROWS.iter().filter(|arrow| rest.starts_with(**arrow)).max_by_key(|arrow| arrow.len())
    {
        let place = at..at + written.len();
        found.push(
            Slip::new(format!("unexpected `{written}`"), place.clone(), "not an arrow")
                .fix("write `->`", vec![Patch::replace(place, "->")])
                .holds_alone(),
        );
    } else if rest.starts_with("<-") || rest.starts_with('<') || rest.starts_with('←') {
        let length = super::token_length(rest);
        found.push(
            Slip::new("an arrow points to the right", at..at + length, "who connects stands on the left")
                .help("write `client -> server:port`"),
        );
    } else if layout::word_at(rest, 0) == "to" && context.expects(&[Rule::arrow]) {
        found.push(Slip::new("unexpected `to`", at..at + 2, "expected `->`").guess(
            "write `->` between pods, or start with `egress` for addresses",
            vec![Patch::replace(at..at + 2, "->")],
        ));
    }
}

/// `a -> b -> c`.
pub(super) fn second_arrow(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    if rest.starts_with("->") && context.before().contains("->") {
        found.push(
            Slip::new("a statement has one arrow", at..at + 2, "a second one")
                .help("write one line for each connection: `a -> b:port`, then `b -> c:port`"),
        );
    }
}

/// `a, b -> c`, `api:80, 90`: a list without brackets.
pub(super) fn comma(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    if !rest.starts_with(',') {
        return;
    }
    let before = context.before();
    let space = before.rfind([' ', '\t', '\n', '=']).map_or(0, |at| at + 1);
    let colon = before.rfind(':').map_or(0, |at| at + 1);
    let end = list_end(context.text, at);
    let mut starts = vec![colon.max(space), space];
    starts.dedup();
    for start in starts {
        let list = context.slice(start..end);
        let short = if list.len() <= 60 { list } else { "a, b" };
        found.push(
            Slip::new("a list stands in brackets", at..at + 1, "a second item")
                .fix(format!("write `[{short}]`"), vec![Patch::insert(start, "["), Patch::insert(end, "]")]),
        );
    }
}

/// The end of `, b, c` from the first comma on.
fn list_end(text: &str, comma: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = comma;
    let mut end = comma;
    while bytes.get(at) == Some(&b',') {
        at += 1;
        while matches!(bytes.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        let item = at;
        while let Some(&byte) = bytes.get(at) {
            let arrow = byte == b'-' && bytes.get(at + 1) == Some(&b'>');
            let port = byte == b':'
                && bytes.get(at + 1).is_none_or(|next| !next.is_ascii_hexdigit() || !is_address(text, item));
            if arrow || port || matches!(byte, b' ' | b'\t' | b'\n' | b',' | b'[' | b']' | b')') {
                break;
            }
            at += 1;
        }
        if at == item {
            return end;
        }
        end = at;
        while matches!(bytes.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
    }
    end
}

/// Whether the run at `at` has the two colons of an IPv6 address.
fn is_address(text: &str, at: usize) -> bool {
    let run = text.get(at..).unwrap_or("").split([' ', '\t', ',', '\n']).next().unwrap_or("");
    run.get(..40.min(run.len())).is_some_and(|start| start.matches(':').count() > 1)
}

/// `app: web` in a selector, `owner: team` as in YAML.
pub(super) fn colon(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    if !rest.starts_with(':') {
        return;
    }
    let (value, _) = context.beyond(at + 1);
    let before = context.before().len();
    let key = context.before().rsplit([' ', '\t', ',', '(', '\n']).next().unwrap_or("");
    if context.expects(&[Rule::operator, Rule::set_operator]) {
        found.push(
            Slip::new("a label is compared with `=`", at..at + 1, "not `:`")
                .fix(format!("write `{key}=…`"), vec![Patch::replace(before..value, "=")])
                .holds_alone(),
        );
    }
    if context.expects(&[Rule::equals]) {
        found.push(
            Slip::new("unexpected `:`", at..at + 1, "expected `=`")
                .fix("write `=`", vec![Patch::replace(before..value, " = ")]),
        );
    }
    found.push(
        Slip::new(format!("no `:` follows `{key}`"), at..at + 1, "not needed")
            .fix("remove it", vec![Patch::replace(at..value, " ")]),
    );
}

/// `[10.0.0.0/8 192.168.0.0/16]`.
pub(super) fn missing_comma(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    let starts = |first: char| first.is_ascii_alphanumeric() || matches!(first, '"' | '`');
    if context.expects(&[Rule::comma]) && context.expects(&[Rule::close_bracket]) && rest.starts_with(starts)
    {
        found.push(
            Slip::new("a list has `,` between items", context.run(), "the next item")
                .fix("write `,` before it", vec![Patch::insert(context.before().len().min(at), ",")]),
        );
    }
}

/// `net office 10.0.0.0/8`.
pub(super) fn missing_equals(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    if context.expects(&[Rule::equals]) && !rest.is_empty() && !rest.starts_with([':', ',']) {
        found.push(
            Slip::new(
                "a declaration needs `=`",
                at..at + super::token_length(rest),
                "expected `=` before this",
            )
            .fix("write `=` between the name and its value", vec![Patch::insert(at, "= ")]),
        );
    }
}

/// `port 8080`, `tcp 8080` and `8080 tcp` in port position.
pub(super) fn port_words(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    let word = layout::word_at(rest, 0);
    let before = context.before();
    let previous_at = before.rfind([' ', '\t', ':', '[', ',']).map_or(0, |at| at + 1);
    let previous = context.slice(previous_at..before.len());
    let is_number = |word: &str| word.starts_with(|first: char| first.is_ascii_digit());
    let protocol =
        |word: &str| ["tcp", "udp", "sctp"].into_iter().find(|known| word.eq_ignore_ascii_case(known));
    let place = previous_at..at + word.len();
    let (written, meant) = match (previous, word) {
        (_, number) if is_number(number) && matches!(previous, "port" | "ports") => {
            ("`port` is not written", number.to_owned())
        }
        (_, number) if is_number(number) => match protocol(previous) {
            Some(protocol) => ("a protocol is joined to its port", format!("{protocol}/{number}")),
            None => return,
        },
        (number, word) if is_number(number) => match protocol(word) {
            Some(protocol) => ("a protocol stands before its port", format!("{protocol}/{number}")),
            None => return,
        },
        _ => return,
    };
    found.push(
        Slip::new(written, place.clone(), "not a port")
            .fix(format!("write `{meant}`"), vec![Patch::replace(place, meant)])
            .holds_alone(),
    );
}

/// `8000..8999` in port position.
pub(super) fn port_range(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    let low = rest.len() - rest.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
    let dots = rest.get(low..).map_or(0, |rest| rest.len() - rest.trim_start_matches('.').len());
    if low > 0 && dots > 1 {
        let place = at + low..at + low + dots;
        found.push(
            Slip::new("a range of ports is written with `-`", place.clone(), "not `..`")
                .fix("write `-`", vec![Patch::replace(place, "-")]),
        );
    }
}

/// `app=web && tier=db`, `app=web and tier=db`.
pub(super) fn and(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    let length = if rest.starts_with("&&") { 2 } else { layout::word_at(rest, 0).len() };
    let written = context.slice(at..at + length);
    if matches!(written, "&&" | "and") && context.expects(&[Rule::comma]) {
        let start = context.before().len();
        found.push(
            Slip::new("conditions on labels are joined by `,`", at..at + length, "each of them must hold")
                .fix("write `,`", vec![Patch::replace(start..at + length, ",")])
                .holds_alone(),
        );
    }
}

/// `api:*`.
pub(super) fn star_port(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    if rest.starts_with('*') && context.expects(&[Rule::services, Rule::service_word]) {
        found.push(
            Slip::new("`*` is not a port", at..at + 1, "every port is `any`")
                .fix("write `any`", vec![Patch::replace(at..at + 1, "any")]),
        );
    }
}

/// `-web`.
pub(super) fn leading_hyphen(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    let hyphens = rest.len() - rest.trim_start_matches('-').len();
    let name = layout::word_at(rest, hyphens);
    if hyphens > 0 && !name.is_empty() && !rest.starts_with("->") {
        found.push(
            Slip::new(
                format!("`-{name}` is not lower-kebab-case"),
                at..at + hyphens + name.len(),
                "a name starts with a letter",
            )
            .code(104)
            .fix(format!("write `{name}`"), vec![Patch::replace(at..at + hyphens, "")])
            .holds_alone(),
        );
    }
}

/// `a/b/c`.
pub(super) fn two_slashes(context: &Context<'_>, found: &mut Vec<Slip>) {
    let run = context.run();
    let text = context.slice(run.clone());
    let path = text.split(':').next().unwrap_or("");
    if path.matches('/').count() > 1
        && !text.contains("//")
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_".contains(&byte))
    {
        found.push(
            Slip::new("a path has one slash", run.start..run.start + path.len(), "more than one")
                .help("write `namespace/workload` or `module/name`"),
        );
    }
}

/// A bracket that the statement does not close.
pub(super) fn open_bracket(context: &Context<'_>, found: &mut Vec<Slip>) {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut quoted = false;
    let mut comment = false;
    for (at, character) in context.text.char_indices() {
        match character {
            '\n' => comment = false,
            _ if comment => {}
            '"' => quoted = !quoted,
            _ if quoted => {}
            '#' => comment = true,
            '[' | '(' => open.push((at, character)),
            ']' | ')' => {
                open.pop();
            }
            _ => {}
        }
    }
    if let Some((at, bracket)) = open.pop()
        && context.expects(&[Rule::close_bracket, Rule::close_paren, Rule::comma])
    {
        let close = if bracket == '[' { ']' } else { ')' };
        found.push(
            Slip::new(format!("`{bracket}` is not closed"), at..at + 1, "opened here")
                .help(format!("write `{close}` after its last item, and `,` between items")),
        );
    }
}
