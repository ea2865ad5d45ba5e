//! Clauses: which line may carry which (amendment U7), and what they say.

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_flow::{Date, HttpMatch, PathMatch, Text};
use netpol_model::Alert;
use netpol_syntax::tree::{Clause, ClauseKind, Http};

use super::{lapse, reason};
use crate::resolve::arguments;
use crate::resolve::ends::did_you_mean;
use crate::scope::names::{Context, ScopeId};
use crate::values::date;

/// Reason, ticket, owner, review date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Papers {
    /// The reason.
    pub(crate) because: Option<Text>,
    /// The ticket.
    pub(crate) ticket: Option<Text>,
    /// Who answers for it.
    pub(crate) owner: Option<Text>,
    /// When it was last reviewed.
    pub(crate) reviewed: Option<Date>,
    /// Where that is written.
    pub(crate) reviewed_at: Option<Span>,
}

impl Papers {
    /// These, completed by what stands around.
    pub(crate) fn or(&self, outer: &Papers) -> Papers {
        Papers {
            because: self.because.clone().or_else(|| outer.because.clone()),
            ticket: self.ticket.clone().or_else(|| outer.ticket.clone()),
            owner: self.owner.clone().or_else(|| outer.owner.clone()),
            reviewed: self.reviewed.or(outer.reviewed),
            reviewed_at: self.reviewed_at.or(outer.reviewed_at),
        }
    }
}

/// What carries clauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bearer {
    /// A flow.
    Flow,
    /// `expose`.
    Expose,
    /// `deny` in a fence.
    FenceDeny,
    /// `deny` in a guardrail.
    GuardrailDeny,
    /// `allow`.
    Allow,
    /// `except`.
    Except,
    /// `apply`.
    Apply,
    /// `waive`.
    Waive,
    /// A mode, in a head or as a statement; also a guardrail's `audit`.
    Mode,
    /// Any other declaration.
    Declaration,
}

impl Bearer {
    fn words(self) -> &'static str {
        match self {
            Bearer::Flow => "a rule",
            Bearer::Expose => "`expose`",
            Bearer::FenceDeny | Bearer::GuardrailDeny => "`deny`",
            Bearer::Allow => "`allow`",
            Bearer::Except => "`except`",
            Bearer::Apply => "`apply`",
            Bearer::Waive => "`waive`",
            Bearer::Mode => "a mode",
            Bearer::Declaration => "this declaration",
        }
    }

    fn is_rule(self) -> bool {
        match self {
            Bearer::Flow
            | Bearer::Expose
            | Bearer::FenceDeny
            | Bearer::GuardrailDeny
            | Bearer::Allow
            | Bearer::Except => true,
            Bearer::Apply | Bearer::Waive | Bearer::Mode | Bearer::Declaration => false,
        }
    }

    fn may_lapse(self) -> bool {
        match self {
            Bearer::Flow | Bearer::Expose | Bearer::Allow | Bearer::Except | Bearer::Apply | Bearer::Mode => {
                true
            }
            Bearer::FenceDeny | Bearer::GuardrailDeny | Bearer::Waive | Bearer::Declaration => false,
        }
    }
}

/// What the clauses of one line say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Read {
    /// Its paperwork.
    pub(crate) papers: Papers,
    /// Its last day.
    pub(crate) until: Option<Date>,
    /// Whether matches are logged.
    pub(crate) log: bool,
    /// The alert it raises.
    pub(crate) alert: Option<Alert>,
    /// The requests it is limited to, with the clause.
    pub(crate) only: Option<(Vec<HttpMatch>, Span)>,
    /// Whether a clause is wrong, so that the line is left out.
    pub(crate) is_wrong: bool,
}

/// Reads the clauses of one line; `owner` answers for it where it names nobody itself.
pub(crate) fn read_clauses<'a>(
    cx: &mut Context<'a>,
    scope: ScopeId,
    clauses: &'a [Clause],
    bearer: Bearer,
    owner: Option<&Text>,
) -> Read {
    let mut read = Read::default();
    let mut seen: Vec<(&'static str, Span)> = Vec::new();
    let mut until = None;
    for clause in clauses {
        let word = word_of(&clause.kind);
        if let Some((_, first)) = seen.iter().find(|(known, _)| *known == word) {
            let found = Diagnostic::new(Code(109), format!("clause `{word}` stands twice"));
            let found = found.at(clause.span, "again").and_at(*first, "first here");
            cx.say(scope, found.help("keep one of them"));
            read.is_wrong = true;
            continue;
        }
        seen.push((word, clause.span));
        if !belongs(&clause.kind, bearer) {
            cx.say(scope, misplaced(word, bearer, clause.span));
            read.is_wrong = true;
            continue;
        }
        match &clause.kind {
            ClauseKind::Because(text) => {
                let found = reason::says_nothing(text, clause.span).filter(|_| !cx.is_library(clause.span));
                if let Some(found) = found {
                    cx.say(scope, found);
                }
                read.papers.because = Some(text.clone());
            }
            ClauseKind::BecauseParam(name) => match arguments::text_value(cx, scope, &name.text) {
                Some(Some(text)) => read.papers.because = Some(text),
                Some(None) => read.papers.because = Some("".into()),
                None => {
                    let found =
                        Diagnostic::new(Code(201), format!("no text parameter is named `{}`", name.text));
                    let found = found.at(name.span, "not a parameter of this pattern");
                    cx.say(scope, did_you_mean(found, None, name.span, "quote the reason: `because \"…\"`"));
                    read.is_wrong = true;
                }
            },
            ClauseKind::Ticket(text) => read.papers.ticket = Some(text.clone()),
            ClauseKind::Owner(text) => read.papers.owner = Some(text.clone()),
            ClauseKind::Until(text) => match date::parse_date(text, clause.span) {
                Ok(day) => until = Some((day, clause.span)),
                Err(found) => {
                    cx.say(scope, found);
                    read.is_wrong = true;
                }
            },
            ClauseKind::Reviewed(text) => match date::parse_date(text, clause.span) {
                Ok(day) => {
                    (read.papers.reviewed, read.papers.reviewed_at) = (Some(day), Some(clause.span));
                }
                Err(found) => {
                    cx.say(scope, found);
                    read.is_wrong = true;
                }
            },
            ClauseKind::Log => read.log = true,
            ClauseKind::Alert { critical } => {
                read.alert = Some(if *critical { Alert::Critical } else { Alert::Warning });
            }
            ClauseKind::OnlyHttp(requests) => match requests_of(requests) {
                Ok(matches) => read.only = Some((matches, clause.span)),
                Err(found) => {
                    cx.say(scope, found);
                    read.is_wrong = true;
                }
            },
        }
    }
    read.until = until.map(|(day, _)| day);
    if let Some((day, place)) = until {
        let owner = read.papers.owner.as_ref().or(owner);
        if let Some(found) = lapse::judge(day, place, owner, bearer == Bearer::Mode, cx.as_of) {
            cx.say(scope, found);
        }
    }
    read
}

fn word_of(kind: &ClauseKind) -> &'static str {
    match kind {
        ClauseKind::Because(_) | ClauseKind::BecauseParam(_) => "because",
        ClauseKind::Ticket(_) => "ticket",
        ClauseKind::Owner(_) => "owner",
        ClauseKind::Until(_) => "until",
        ClauseKind::Reviewed(_) => "reviewed",
        ClauseKind::Log => "log",
        ClauseKind::Alert { .. } => "alert",
        ClauseKind::OnlyHttp(_) => "only",
    }
}

fn belongs(kind: &ClauseKind, bearer: Bearer) -> bool {
    match kind {
        ClauseKind::Because(_)
        | ClauseKind::BecauseParam(_)
        | ClauseKind::Ticket(_)
        | ClauseKind::Owner(_)
        | ClauseKind::Reviewed(_) => true,
        ClauseKind::Until(_) => bearer.may_lapse(),
        ClauseKind::Log => bearer.is_rule(),
        ClauseKind::Alert { .. } => bearer == Bearer::GuardrailDeny,
        ClauseKind::OnlyHttp(_) => matches!(bearer, Bearer::Flow | Bearer::Expose | Bearer::Allow),
    }
}

fn misplaced(word: &str, bearer: Bearer, place: Span) -> Diagnostic {
    if word == "until" && matches!(bearer, Bearer::FenceDeny | Bearer::GuardrailDeny | Bearer::Waive) {
        return must_not_lapse(bearer.words(), place);
    }
    let found = Diagnostic::new(Code(109), format!("clause `{word}` does not belong to {}", bearer.words()));
    let found = found.at(place, "not available here");
    match word {
        "until" => found.help("`until` belongs to rules, exceptions, `apply` and modes"),
        "alert" => found.help("`alert` belongs to a guardrail's `deny`"),
        "only" => found.help("`only http` belongs to rules that allow"),
        _ => found.help(format!("`{word}` belongs to rules")),
    }
}

/// The error for a deny or waive with an end date.
pub(crate) fn must_not_lapse(what: &str, place: Span) -> Diagnostic {
    let found = Diagnostic::new(Code(508), format!("{what} must not lapse"));
    let found = found.at(place, "would open silently on the day after");
    found.help("remove it by a reviewed change instead")
}

fn requests_of(requests: &[Http]) -> Result<Vec<HttpMatch>, Diagnostic> {
    requests.iter().map(request_of).collect()
}

fn request_of(http: &Http) -> Result<HttpMatch, Diagnostic> {
    let wrong = |title: &str, label: &str| {
        Err(Diagnostic::new(Code(109), title.to_owned()).at(http.path.span, label.to_owned()))
    };
    let path = &http.path.node;
    let (fixed, is_prefix) = match path.strip_suffix('*') {
        Some(fixed) => (fixed, true),
        None => (&**path, false),
    };
    if fixed.contains('*') {
        return wrong("`*` may only end a path", "a path is exact or ends in one `*`");
    }
    let is_path = fixed.starts_with('/') || (is_prefix && fixed.is_empty());
    if !is_path {
        return wrong("a path begins with `/`", "not a path");
    }
    if fixed.contains(['?', '#']) {
        return wrong("the query of a request is not matched", "write the path alone");
    }
    let method = (&*http.method.node != "*").then(|| http.method.node.clone());
    let path = if is_prefix { PathMatch::Prefix(fixed.into()) } else { PathMatch::Exact(fixed.into()) };
    Ok(HttpMatch { method, path })
}
