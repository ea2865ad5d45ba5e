//! Which ends fit which sentence, and the sentence that would fit instead.

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_model::End;
use netpol_syntax::tree::{Ends, FlowSentence, Item, Services};

use super::{Site, Verb};
use crate::nesting::Place;
use crate::resolve::{Resolved, Shape};
use crate::scope::names::Context;

/// The place of a sentence without the word before it.
pub(crate) fn sentence_span(item: &Item, sentence: &FlowSentence) -> Span {
    match sentence {
        FlowSentence::Arrow { from, to, services } => {
            let end = services.as_ref().map_or(to.span, |services| services.span);
            from.span.to(end)
        }
        FlowSentence::Egress { .. } | FlowSentence::Ingress { .. } => item.head,
    }
}

/// Whether both ends of an arrow are pods.
pub(crate) fn fits_arrow(
    cx: &mut Context<'_>,
    site: &Site,
    place: Span,
    written: (&Ends, &Ends, Option<&Services>),
    from: &[Resolved],
    to: &[Resolved],
) -> bool {
    let (from_ends, to_ends, services) = written;
    let wrong_to = to.iter().find(|one| !one.shape.is_pods());
    let wrong_from = from.iter().find(|one| !one.shape.is_pods());
    let Some((wrong, outwards)) = wrong_to.map(|one| (one, true)).or(wrong_from.map(|one| (one, false)))
    else {
        return true;
    };
    let found = Diagnostic::new(Code(316), "`->` is between pods").at(wrong.written, what(wrong));
    let text = |span: Span| cx.sources.text(span);
    // One sentence says it only where the whole other list is of one kind.
    let alone = if outwards { to } else { from }.iter().all(|one| !one.shape.is_pods());
    let other_is_pods = if outwards { from } else { to }.iter().all(|one| one.shape.is_pods());
    let found = match services {
        Some(services) if alone && other_is_pods => {
            let (source, destination, ports) =
                (text(from_ends.span), text(to_ends.span), text(services.span));
            let host = to.iter().chain(from).any(|one| one.shape == Shape::HostNetwork);
            let sentence = match (outwards, host) {
                (true, true) => format!("egress {ports} to nodes from {source}"),
                (true, false) => format!("egress {ports} to {destination} from {source}"),
                (false, true) => format!("ingress {ports} from nodes to {destination}"),
                (false, false) => format!("ingress {ports} from {source} to {destination}"),
            };
            found.fix(format!("write `{}`", on_one_line(&sentence)), place, sentence)
        }
        Some(_) | None if outwards => found.help("the edge is reached by `egress PORT to …`"),
        Some(_) | None => found.help("the edge comes in by `ingress PORT from …`"),
    };
    cx.say(site.scope, found);
    false
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn what(one: &Resolved) -> &'static str {
    match one.shape {
        Shape::HostNetwork => "runs on the node network, so it is `nodes`",
        Shape::Domain => "a domain, not pods",
        Shape::Any => "more than pods",
        Shape::Edge | Shape::Gateway => "the edge, not pods",
        Shape::Pods | Shape::OtherTenants | Shape::Parameter => "pods",
    }
}

/// The parts of an `egress` or `ingress` sentence as written.
pub(crate) struct EdgeSentence<'e, 'a> {
    /// Whether `egress`.
    pub(crate) outwards: bool,
    /// The ports as written.
    pub(crate) services: Option<&'a Services>,
    /// The peer as written.
    pub(crate) peer_ends: &'a Ends,
    /// The subject as written.
    pub(crate) subject_ends: Option<&'a Ends>,
    /// The peer.
    pub(crate) peer: &'e [Resolved],
    /// The subject.
    pub(crate) subject: &'e [Resolved],
}

/// Whether the peer is the edge and fits the direction, and the subject is pods.
pub(crate) fn fits_edge(
    cx: &mut Context<'_>,
    site: &Site,
    item: &Item,
    verb: Verb,
    sentence: &EdgeSentence<'_, '_>,
    namespace: Option<&str>,
) -> bool {
    if let Some(pods) =
        sentence.peer.iter().find(|one| matches!(one.shape, Shape::Pods | Shape::OtherTenants))
    {
        let found =
            Diagnostic::new(Code(317), "`egress` and `ingress` are for the edge").at(pods.written, "pods");
        let found = as_arrow(cx, item, verb, sentence, namespace, found);
        cx.say(site.scope, found);
        return false;
    }
    let only_out = sentence.outwards && matches!(verb, Verb::Flow | Verb::Allow | Verb::Test);
    if let Some(name) = sentence.peer.iter().find(|one| one.shape == Shape::Domain).filter(|_| !only_out) {
        let found = Diagnostic::new(Code(315), "domain names can only be allowed outwards");
        let found =
            found.at(name.written, if sentence.outwards { "a name in a deny" } else { "a name as a source" });
        let found = found.note("a deny by name fails open when a lookup goes unseen");
        cx.say(site.scope, found.help("deny `internet` and allow what is needed, or write a `net`"));
        return false;
    }
    if let Some(gateway) = sentence.peer.iter().find(|one| one.shape == Shape::Gateway && sentence.outwards) {
        let found = Diagnostic::new(Code(403), "`cluster-gateway` only calls in");
        let found = found.at(gateway.written, "not a destination");
        cx.say(site.scope, found.help("write `ingress PORT from cluster-gateway`"));
        return false;
    }
    let wrong = |one: &&Resolved| !one.shape.is_pods() && one.shape != Shape::HostNetwork;
    if let Some(wrong) = sentence.subject.iter().find(wrong) {
        let found =
            Diagnostic::new(Code(316), "a rule at the edge speaks for pods").at(wrong.written, "not pods");
        cx.say(site.scope, found.help("name a workload"));
        return false;
    }
    true
}

fn as_arrow(
    cx: &Context<'_>,
    item: &Item,
    verb: Verb,
    sentence: &EdgeSentence<'_, '_>,
    namespace: Option<&str>,
    found: Diagnostic,
) -> Diagnostic {
    let text = |span: Span| cx.sources.text(span);
    let all_pods = sentence.peer.iter().all(|one| one.shape.is_pods());
    let Some(services) = sentence.services.filter(|_| all_pods) else {
        return found.help("between pods, write `SOURCE -> DESTINATION:PORT`");
    };
    let subject = sentence.subject_ends.map_or("all", |ends| text(ends.span));
    let (peer, ports) = (text(sentence.peer_ends.span), text(services.span));
    let within = |one: &Resolved| namespace.is_some_and(|namespace| one.is_within(namespace));
    let new = if sentence.outwards {
        format!("{subject} -> {peer}:{ports}")
    } else if verb == Verb::Flow && namespace.is_some() && !sentence.peer.iter().all(within) {
        format!("expose {subject}:{ports} to {peer}")
    } else {
        format!("{peer} -> {subject}:{ports}")
    };
    // The head of a `deny` begins with that word, which stays.
    let head = text(item.head);
    let word = if sentence.outwards { "egress" } else { "ingress" };
    let skipped = head.find(word).unwrap_or(0) as u32;
    let place = Span { start: item.head.start + skipped, ..item.head };
    found.fix(format!("write `{}`", on_one_line(&new)), place, new)
}

/// Whether `other-tenants` stands only where it has a meaning: the destination of a guardrail's `deny`.
pub(crate) fn other_tenants_fit(
    cx: &mut Context<'_>,
    site: &Site,
    verb: Verb,
    from: &[Resolved],
    to: &[Resolved],
) -> bool {
    let is_deny = verb == Verb::Deny && matches!(site.place, Place::Guardrail { .. } | Place::Pattern);
    let allowed: &[Resolved] = if is_deny { &[] } else { to };
    let wrong = from.iter().chain(allowed).find(|one| matches!(one.end, End::OtherTenants));
    let Some(wrong) = wrong else { return true };
    let found = Diagnostic::new(Code(403), "`other-tenants` is not available here");
    let found = found.at(wrong.written, "only the destination of a guardrail's `deny`");
    cx.say(site.scope, found.help("write `tenants`, or `tenant NAME`"));
    false
}
