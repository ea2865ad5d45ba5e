//! Quotes, spaces and characters that word processors and other languages leave behind.

use super::{Context, Slip};
use crate::grammar::Rule;
use crate::layout;
use crate::patch::Patch;

/// No-break spaces and curly quotes, all of them at once.
pub(super) fn odd_characters(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (_, rest) = context.rest();
    let Some(first) = rest.chars().next() else { return };
    if first.is_ascii() {
        return;
    }
    let mut repair = Vec::new();
    let mut place = None;
    for (at, character) in context.text.char_indices() {
        let meant = match character {
            '“' | '”' | '„' | '‟' | '″' => "\"",
            '\u{200b}' | '\u{feff}' | '\u{2060}' => "",
            space if space.is_whitespace() && !space.is_ascii() => " ",
            _ => continue,
        };
        let range = at..at + character.len_utf8();
        place.get_or_insert((range.clone(), meant));
        repair.push(Patch::replace(range, meant));
    }
    let Some((place, meant)) = place else { return };
    let slip = match meant {
        "\"" => {
            Slip::new("a text stands in straight quotes", place, "a curly quote").fix("write `\"`", repair)
        }
        _ => Slip::new("this is not a plain space", place, format!("U+{:04X}", u32::from(first)))
            .fix("write a plain space", repair),
    };
    found.push(slip.holds_alone());
}

/// `'text'`.
pub(super) fn single_quotes(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    let Some(inner) = rest.strip_prefix('\'') else { return };
    let Some(length) =
        inner.find(['\'', '\n']).filter(|end| inner.get(*end..).is_some_and(|rest| rest.starts_with('\'')))
    else {
        return;
    };
    let close = at + 1 + length;
    found.push(
        Slip::new("a text stands in double quotes", at..close + 1, "single quotes")
            .fix("write `\"`", vec![Patch::replace(at..at + 1, "\""), Patch::replace(close..close + 1, "\"")])
            .holds_alone(),
    );
}

/// `ticket #88`.
pub(super) fn ticket_as_comment(context: &Context<'_>, found: &mut Vec<Slip>) {
    let spaces = context.after.len() - context.after.trim_start_matches([' ', '\t']).len();
    let comment = context.after.get(spaces..).unwrap_or("");
    if !comment.starts_with('#')
        || layout::word_at(context.text, context.text.len().saturating_sub(6)) != "ticket"
    {
        return;
    }
    let number = comment.split([' ', '\t']).next().unwrap_or("");
    let start = context.text.len() + spaces;
    let mut slip = Slip::new(
        "`#` starts a comment, so the ticket is missing",
        start..start + number.len(),
        "read as a comment",
    )
    .fix(format!("quote it: `ticket \"{number}\"`"), vec![Patch::insert(context.text.len(), " \"#\"")]);
    slip.offered = Some(vec![Patch::insert(start, "\""), Patch::insert(start + number.len(), "\"")]);
    found.push(slip.holds_alone());
}

/// `because needed for billing`.
pub(super) fn unquoted_reason(context: &Context<'_>, found: &mut Vec<Slip>) {
    let before = context.before();
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let current = context.slice(line..context.text.len());
    let current = current.split('\n').next().unwrap_or("");
    let mut from = 0;
    let Some(because) = current.match_indices("because").map(|(at, _)| at).find(|at| {
        from = *at;
        layout::word_at(current, *at) == "because"
    }) else {
        return;
    };
    let after = current.get(because + 7..).unwrap_or("");
    let reason = after.trim();
    if reason.is_empty()
        || reason.contains(['"', '#'])
        || !context.expects(&[Rule::clauses, Rule::because, Rule::string, Rule::name, Rule::EOI])
    {
        return;
    }
    let start = line + because + 7 + (after.len() - after.trim_start().len());
    let end = start + reason.len();
    found.push(
        Slip::new("a reason stands in quotes", start..end, "not quoted")
            .fix("write it in quotes", vec![Patch::insert(start, "\""), Patch::insert(end, "\"")]),
    );
}

/// `until "2027-01-31"`, `namespace "shop"`, `use "std/k8s"`.
pub(super) fn needless_quotes(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    let title = if context.expects(&[Rule::date]) {
        "a date stands without quotes"
    } else if context.expects(&[Rule::name, Rule::label, Rule::module_path]) {
        "a name stands without quotes"
    } else {
        return;
    };
    let Some((inner, _)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) else { return };
    let place = at..at + inner.len() + 2;
    found.push(
        Slip::new(title, place.clone(), "not a text")
            .fix(format!("write `{inner}`"), vec![Patch::replace(place, inner)]),
    );
}

/// `use std.k8s`, `apply k8s.dns`.
pub(super) fn dotted_path(context: &Context<'_>, found: &mut Vec<Slip>) {
    let (at, rest) = context.rest();
    let word = layout::word_at(context.text, 0);
    if rest.starts_with('.') && matches!(word, "apply" | "use" | "waive") {
        let run = context.run();
        found.push(Slip::new("a path is joined by `/`", run.clone(), "joined by `.`").fix(
            format!("write `{}`", context.slice(run).replace('.', "/")),
            vec![Patch::replace(at..at + 1, "/")],
        ));
    }
}
