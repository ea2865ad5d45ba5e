//! What Cilium cannot say, and how that is told.

use netpol_diagnostics::{Code, Diagnostic};
use netpol_flow::{DomainPattern, Text};
use netpol_model::Rule;

use super::settings::Settings;
use crate::refuse::refuse;

/// A reason why a rule has no exact form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cannot {
    /// A selector rests on a label that Cilium drops (`CIL-25`).
    SeeKey(Text),
    /// A set of pods, nodes or API servers limited to some of their addresses.
    LimitAddresses,
    /// Names limited to some addresses, or addresses limited to some names.
    MixNames,
    /// `*.x` on an agent that reads it as one label (`CIL-21`).
    MatchDeep(DomainPattern),
    /// Part of what a quoted port stands for, or all but that.
    CutNamedPort,
    /// A quoted port in a deny (`CIL-08`).
    DenyNamedPort,
    /// The API server as a source, on a cluster that hides it.
    SeeApiServer,
    /// `only http` on ports that are not TCP ports by number or name.
    FilterPorts,
    /// `only http` on a path with a query.
    FilterQuery(Text),
    /// `only http` in a guardrail's allow, which Cilium would widen (`CIL-24`).
    FilterInGuardrail,
    /// A port of SCTP on a cluster without it (`CIL-35`).
    CarrySctp,
}

/// Where the rule speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In something allowed.
    Allow,
    /// In a fence that is said as a deny.
    Fence,
    /// In a guardrail's deny.
    Guardrail,
}

impl Cannot {
    /// The diagnostic about `rule`.
    pub fn diagnostic(&self, rule: &Rule, place: Place, settings: &Settings) -> Diagnostic {
        let (major, minor) = settings.version;
        match self {
            Cannot::SeeKey(key) => refuse(
                Code(718),
                format!("target `cilium` cannot see the label `{key}`"),
                rule,
                "selects by it",
            )
            .note("Cilium leaves this label out of identities: `=` would never match, `!=` always would")
            .help("select by a label that your manifests set, such as `app.kubernetes.io/name`"),
            Cannot::LimitAddresses => {
                refuse(Code(717), "target `cilium` cannot select pods or nodes by address", rule, "here")
                    .help("select them by label, or name the kind: `nodes`, `apiserver`")
            }
            Cannot::MixNames => match place {
                Place::Allow | Place::Fence => refuse(
                    Code(717),
                    "target `cilium` cannot cut addresses out of a domain name",
                    rule,
                    "meets the name",
                )
                .note("`toFQDNs` allows every address a name resolves to, and no block can be taken from it")
                .help("allow a `net` in place of the name, or deny nothing that the name may resolve to"),
                Place::Guardrail => refuse(
                    Code(701),
                    "target `cilium` cannot take a domain name out of a deny",
                    rule,
                    "denied here",
                )
                .note("a deny beats every allow, and denies match address blocks only")
                .help("except a `net` with the addresses instead of the domain"),
            },
            Cannot::MatchDeep(pattern) => refuse(
                Code(706),
                format!("Cilium {major}.{minor} cannot match names at any depth"),
                rule,
                "any depth",
            )
            .note(format!(
                "before 1.19, `**.` stands for a single label, so that `{pattern}` would miss names"
            ))
            .help("set `version` of target `cilium` to 1.19 or later, or list exact names"),
            Cannot::CutNamedPort => refuse(
                Code(709),
                "target `cilium` cannot cut numbers out of a named port",
                rule,
                "a quoted port",
            )
            .note("what a quoted port stands for differs from pod to pod")
            .help("use numbers, or quoted ports, in both the rule and the fence"),
            Cannot::DenyNamedPort => {
                refuse(Code(709), "target `cilium` cannot deny a named port", rule, "a quoted port, denied")
                    .note("Cilium drops a deny whose port name the pod does not declare")
                    .help("deny the number")
            }
            Cannot::SeeApiServer => refuse(
                Code(704),
                "target `cilium` cannot tell the API server as a source here",
                rule,
                "from `apiserver`",
            )
            .note("setting `apiserver-ingress` says that its connections arrive without its identity")
            .help("name what they arrive as: `nodes`, the tunnel's pods, or a `net` with its addresses"),
            Cannot::FilterPorts => refuse(
                Code(703),
                "target `cilium` filters requests on TCP ports only",
                rule,
                "with `only http`",
            )
            .note("the ports of a request filter are listed: not every port, not UDP or SCTP")
            .help("name the TCP ports, such as `:8080`"),
            Cannot::FilterQuery(path) => {
                refuse(Code(703), "a request filter does not see the query", rule, "with `only http`")
                    .note(format!("`{path}` has a `?`, and paths are compared without their query"))
                    .help("end the path before the `?`")
            }
            Cannot::FilterInGuardrail => refuse(
                Code(703),
                "target `cilium` cannot filter requests in a guardrail",
                rule,
                "`only http` here",
            )
            .note("a guardrail allows without isolating, and Cilium then lets every request through")
            .help("allow the port in the guardrail, and write `only http` in the namespace's own rule"),
            Cannot::CarrySctp => {
                refuse(Code(719), "target `cilium` has no SCTP here", rule, "names an SCTP port")
                    .note("Cilium drops SCTP unless `enable-sctp` is on")
                    .help("set `sctp = \"true\"` for target `cilium` if it is, or leave the port out")
            }
        }
    }
}
