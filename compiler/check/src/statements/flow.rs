//! Flows: `a -> b:p`, `egress p to x`, `ingress p from x`, on their own and after `deny`, `allow`, `except`, `can`.

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_flow::Text;
use netpol_model::{End, Pods, Rule, RuleKind};
use netpol_syntax::tree::{Ends, FlowSentence, Item, Services};

use super::clauses::{Bearer, Read, read_clauses};
use super::rules::{Draft, build};
use super::shapes::{self, EdgeSentence};
use super::{Site, Verb};
use crate::nesting::Place;
use crate::resolve::ends::{Expected, resolve_ends};
use crate::resolve::{Resolved, Shape};
use crate::scope::names::{Author, Context};

/// Reads one flow.
pub(crate) fn read_flow<'a>(
    cx: &mut Context<'a>,
    site: &Site,
    item: &'a Item,
    sentence: &'a FlowSentence,
    verb: Verb,
) -> Vec<Rule> {
    let bearer = bearer_of(site, verb);
    let read = match bearer {
        Some(bearer) => read_clauses(cx, site.scope, &item.clauses, bearer, site.papers.owner.as_ref()),
        None => Read::default(),
    };
    let draft = match sentence {
        FlowSentence::Arrow { from, to, services } => {
            arrow(cx, site, item, sentence, verb, (from, to, services.as_ref()))
        }
        FlowSentence::Egress { services, to, from } => {
            edge(cx, site, item, verb, true, (services.as_ref(), to, from.as_ref()))
        }
        FlowSentence::Ingress { services, from, to } => {
            edge(cx, site, item, verb, false, (services.as_ref(), from, to.as_ref()))
        }
    };
    match draft {
        Some(draft) => build(cx, site, item, bearer, &read, draft),
        None => Vec::new(),
    }
}

fn bearer_of(site: &Site, verb: Verb) -> Option<Bearer> {
    match verb {
        Verb::Flow => Some(Bearer::Flow),
        Verb::Deny if matches!(site.place, Place::Guardrail { .. } | Place::Pattern) => {
            Some(Bearer::GuardrailDeny)
        }
        Verb::Deny => Some(Bearer::FenceDeny),
        Verb::Allow => Some(Bearer::Allow),
        Verb::Except => Some(Bearer::Except),
        Verb::Test => None,
    }
}

fn arrow<'a>(
    cx: &mut Context<'a>,
    site: &Site,
    item: &'a Item,
    sentence: &'a FlowSentence,
    verb: Verb,
    written: (&'a Ends, &'a Ends, Option<&'a Services>),
) -> Option<Draft<'a>> {
    let expected = if verb == Verb::Test { Expected::TestPods } else { Expected::Pods };
    let from = resolve_ends(cx, site.scope, written.0, expected);
    let to = resolve_ends(cx, site.scope, written.1, expected);
    let (from, to) = (from?, to?);
    let place = shapes::sentence_span(item, sentence);
    if !shapes::fits_arrow(cx, site, place, written, &from, &to)
        || !shapes::other_tenants_fit(cx, site, verb, &from, &to)
    {
        return None;
    }
    let Some(services) = written.2 else {
        no_port(cx, site, item, Some(written.1.span));
        return None;
    };
    if let (Author::Namespace(namespace), true) = (cx.author(site.scope), speaks_for_namespace(site, verb)) {
        let outside =
            |list: &[Resolved]| list.iter().find(|one| is_foreign(one, &namespace)).map(|one| one.written);
        let wrong = match verb {
            // A fence may stand on either side.
            Verb::Deny | Verb::Except => outside(&from).filter(|_| outside(&to).is_some()),
            Verb::Flow | Verb::Allow | Verb::Test => outside(&from),
        };
        if let Some(wrong) = wrong {
            let found = not_yours(&namespace, wrong);
            let text = |span: Span| cx.sources.text(span);
            let found = if verb == Verb::Flow && outside(&to).is_none() {
                let expose = format!(
                    "expose {}:{} to {}",
                    text(written.1.span),
                    text(services.span),
                    text(written.0.span)
                );
                found.fix(format!("to let them in, write `{expose}`"), place, expose)
            } else {
                found.help("a namespace speaks for its own pods: the rule belongs into theirs")
            };
            cx.say(site.scope, found);
            return None;
        }
    }
    Some(Draft { kind: RuleKind::Arrow, from, to, services })
}

fn edge<'a>(
    cx: &mut Context<'a>,
    site: &Site,
    item: &'a Item,
    verb: Verb,
    outwards: bool,
    written: (Option<&'a Services>, &'a Ends, Option<&'a Ends>),
) -> Option<Draft<'a>> {
    let (services, peer_ends, subject_ends) = written;
    let subject_expected = if verb == Verb::Test { Expected::TestPods } else { Expected::Pods };
    let peer = resolve_ends(cx, site.scope, peer_ends, Expected::Edge);
    let author = cx.author(site.scope);
    let subject = match (subject_ends, &author) {
        (Some(ends), _) => resolve_ends(cx, site.scope, ends, subject_expected),
        (None, Author::Namespace(namespace)) => {
            Some(vec![Resolved::new(End::pods(Pods::all_of(namespace.clone())), Shape::Pods, item.head)])
        }
        (None, Author::Pattern) => Some(vec![Resolved::new(End::Any, Shape::Parameter, item.head)]),
        (None, Author::Platform) => {
            let found = Diagnostic::new(Code(404), "rule does not say whose traffic it speaks of");
            let found = found.at(item.head, "no subject, and no namespace around it");
            let word = if outwards { "from" } else { "to" };
            cx.say(site.scope, found.help(format!("add `{word} PODS`, for example `{word} tenants`")));
            None
        }
    };
    let (peer, subject) = (peer?, subject?);
    let namespace = match &author {
        Author::Namespace(namespace) => Some(namespace.clone()),
        Author::Platform | Author::Pattern => None,
    };
    let sentence =
        EdgeSentence { outwards, services, peer_ends, subject_ends, peer: &peer, subject: &subject };
    if !shapes::fits_edge(cx, site, item, verb, &sentence, namespace.as_deref())
        || !shapes::other_tenants_fit(cx, site, verb, &subject, &[])
    {
        return None;
    }
    let Some(services) = services else {
        no_port(cx, site, item, None);
        return None;
    };
    if let Some(namespace) = namespace.filter(|_| speaks_for_namespace(site, verb))
        && let Some(wrong) = subject.iter().find(|one| is_foreign(one, &namespace))
    {
        let found = not_yours(&namespace, wrong.written);
        cx.say(site.scope, found.help("a namespace speaks for its own pods: the rule belongs into theirs"));
        return None;
    }
    let (kind, from, to) =
        if outwards { (RuleKind::Egress, subject, peer) } else { (RuleKind::Ingress, peer, subject) };
    Some(Draft { kind, from, to, services })
}

/// Whether the line's author is a namespace, so that its subjects are bound to it.
fn speaks_for_namespace(site: &Site, verb: Verb) -> bool {
    verb != Verb::Test
        && match site.place {
            Place::Namespace { .. } | Place::App | Place::Baseline => true,
            Place::TopLevel | Place::Module | Place::Guardrail { .. } | Place::Test | Place::Pattern => false,
        }
}

fn is_foreign(one: &Resolved, namespace: &Text) -> bool {
    match one.shape {
        Shape::Parameter | Shape::HostNetwork => false,
        Shape::Pods | Shape::Edge | Shape::Domain | Shape::Any | Shape::Gateway | Shape::OtherTenants => {
            !one.is_within(namespace)
        }
    }
}

/// The error for a subject in another namespace.
pub(crate) fn not_yours(namespace: &str, place: Span) -> Diagnostic {
    let found = Diagnostic::new(Code(404), "you cannot speak for these pods");
    found.at(place, format!("not all in `{namespace}`"))
}

/// Tells that a rule has no port.
pub(crate) fn no_port(cx: &mut Context<'_>, site: &Site, item: &Item, before: Option<Span>) {
    let found = Diagnostic::new(Code(401), "rule has no port");
    let found = found.at(before.unwrap_or(item.head), "on which port?");
    let help = if before.is_some() {
        "add `:PORT`; `:any` if every port is meant"
    } else {
        "add the port after `egress` or `ingress`; `any` if every port is meant"
    };
    cx.say(site.scope, found.help(help));
}
