//! Where a rule comes from, as people are shown it.

use std::sync::Arc;

use netpol_diagnostics::Span;
use netpol_flow::Text;
use netpol_model::Origin;

use super::clauses::Papers;
use crate::scope::names::{Context, ScopeId};

/// The origin of a statement read in `scope`.
pub(crate) fn origin(cx: &Context<'_>, scope: ScopeId, head: Span, papers: Papers) -> Arc<Origin> {
    let via = cx.scope(scope).map(|scope| scope.via.to_vec()).unwrap_or_default();
    let shown = via.first().copied().unwrap_or(head);
    let (line, _) = cx.sources.position(shown);
    Arc::new(Origin {
        span: head,
        file: cx.sources.file(shown.file).path.clone(),
        line,
        text: on_one_line(cx.sources.text(shown)),
        via,
        because: papers.because,
        ticket: papers.ticket,
        owner: papers.owner,
        reviewed: papers.reviewed,
        reviewed_at: papers.reviewed_at,
    })
}

/// The text without comments and line ends.
pub(crate) fn on_one_line(text: &str) -> Text {
    if !text.contains('\n') {
        return text.trim_end().into();
    }
    let lines = text.lines().map(|line| without_comment(line).trim()).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ").into()
}

/// The line up to a `#` that is not in quotes.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut escaped = false;
    for (at, letter) in line.char_indices() {
        match letter {
            '#' if !quoted => return line.get(..at).unwrap_or(line),
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
    }
    line
}
