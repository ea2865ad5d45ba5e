//! Which statement may stand where (sections 2.4.3 and U25 of the design).

use netpol_diagnostics::{Code, Diagnostic, Span};
use netpol_syntax::tree::{Item, ItemKind};

/// What stands around a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing.
    TopLevel,
    /// A file that others import.
    Module,
    /// A namespace.
    Namespace {
        /// Whether another project builds it.
        external: bool,
    },
    /// An app.
    App,
    /// A guardrail.
    Guardrail {
        /// Whether it is sealed.
        sealed: bool,
    },
    /// The baseline.
    Baseline,
    /// A test.
    Test,
    /// A pattern, read where it is written.
    Pattern,
}

impl Place {
    fn words(self) -> &'static str {
        match self {
            Place::TopLevel => "at top level",
            Place::Module => "in a file that others import",
            Place::Namespace { external: false } => "in a namespace",
            Place::Namespace { external: true } => "in an external namespace",
            Place::App => "in an app",
            Place::Guardrail { .. } => "in a guardrail",
            Place::Baseline => "in the baseline",
            Place::Test => "in a test",
            Place::Pattern => "in a pattern",
        }
    }
}

/// Whether the statement may stand there; the error where not.
pub(crate) fn check(place: Place, item: &Item, through_pattern: bool) -> Result<(), Diagnostic> {
    use Place::{App, Baseline, Guardrail, Module, Namespace, Pattern, Test, TopLevel};
    let open = matches!(place, Namespace { external: false });
    let any_namespace = matches!(place, Namespace { .. });
    let (word, fits, help) = match &item.kind {
        ItemKind::Cluster(_) => ("cluster", place == TopLevel, "write it at top level"),
        ItemKind::Tenant { .. } => ("tenant", place == TopLevel, "write it at top level"),
        ItemKind::Namespace { .. } => {
            ("namespace", place == TopLevel, "namespaces do not nest: close the other first")
        }
        ItemKind::Guardrail { .. } => {
            ("guardrail", place == TopLevel, "write it at top level, in a platform file")
        }
        ItemKind::Baseline { .. } => {
            ("baseline", place == TopLevel, "write it at top level, in a platform file")
        }
        ItemKind::Pattern { .. } => {
            ("pattern", matches!(place, TopLevel | Module), "write it at top level and apply it here")
        }
        ItemKind::App { namespace, .. } => {
            let is_loose = namespace.is_some();
            let fits = if is_loose { place == TopLevel } else { open && !through_pattern };
            let help = if place == TopLevel {
                "name its namespace: `app NAME in NAMESPACE { … }`"
            } else if is_loose && open {
                "leave `in` out, or write the app in a file without a `namespace` line"
            } else {
                "write it in a namespace"
            };
            ("app", fits, help)
        }
        ItemKind::Test { .. } => {
            ("test", place == TopLevel || any_namespace, "write it at top level or in a namespace")
        }
        ItemKind::Mode { .. } => ("mode", open && !through_pattern, "write it in a namespace"),
        ItemKind::Workload(workload) => {
            let handle = !workload.within.is_empty();
            let fits = any_namespace
                || matches!(place, App | Pattern)
                || place == Module
                || (place == TopLevel && handle);
            let fits = fits || (through_pattern && place != Test);
            if place == TopLevel && !handle {
                return Err(outside(item, "workload"));
            }
            ("workload", fits, "write it in a namespace, or give it `in NAMESPACE` at top level")
        }
        ItemKind::Tiers { .. } => {
            if place == TopLevel {
                return Err(outside(item, "tiers"));
            }
            let fits = any_namespace || matches!(place, App | Pattern) || through_pattern;
            ("tiers", fits, "write it in a namespace")
        }
        ItemKind::Group { .. } => {
            let fits = any_namespace || matches!(place, App | Pattern | TopLevel | Module) || through_pattern;
            ("group", fits, "write it in a namespace or at top level")
        }
        ItemKind::Net { .. } => {
            ("net", edge_noun(place) || through_pattern, "write it at top level or in a namespace")
        }
        ItemKind::Domain { .. } => {
            ("domain", edge_noun(place) || through_pattern, "write it at top level or in a namespace")
        }
        ItemKind::Port { .. } => {
            ("port", edge_noun(place) || through_pattern, "write it at top level or in a namespace")
        }
        ItemKind::Apply { .. } => match place {
            TopLevel => return Err(outside(item, "apply")),
            Namespace { external } => {
                ("apply", !external, "apply patterns in a namespace, app, guardrail or the baseline")
            }
            App | Guardrail { .. } | Baseline | Pattern => ("apply", true, ""),
            Module | Test => {
                ("apply", false, "apply patterns in a namespace, app, guardrail or the baseline")
            }
        },
        ItemKind::Waive { .. } => ("waive", open && !through_pattern, "a namespace waives, for itself only"),
        ItemKind::Require(_) => (
            "require",
            matches!(place, Guardrail { .. } | Pattern),
            "only the platform demands: write it in a guardrail",
        ),
        ItemKind::Expose { .. } => match place {
            TopLevel => return Err(outside(item, "expose")),
            Namespace { .. } | App | Pattern => ("expose", true, ""),
            Baseline => ("expose", through_pattern, "put it in a pattern and `apply` that"),
            Guardrail { .. } | Module | Test => {
                ("expose", false, "write it in the namespace whose pods are exposed")
            }
        },
        ItemKind::Deny(_) => {
            let help = match place {
                App => "apps only allow; put it in the namespace, as a fence",
                Baseline => "the baseline only allows; write a guardrail",
                TopLevel | Module | Namespace { .. } | Guardrail { .. } | Test | Pattern => {
                    "write it in a guardrail, or in a namespace as a fence"
                }
            };
            ("deny", open || matches!(place, Guardrail { .. } | Pattern), help)
        }
        ItemKind::Except(_) => {
            if place == (Guardrail { sealed: true }) {
                let found = Diagnostic::new(Code(505), "sealed guardrails have no exceptions");
                let found = found.at(item.head, "an exception in a sealed guardrail");
                return Err(
                    found.help("remove `sealed`, which the platform's owners review, or the exception")
                );
            }
            let help = if place == App {
                "put it in the namespace, beside the fence it narrows"
            } else {
                "write it beside the deny it narrows"
            };
            ("except", open || matches!(place, Guardrail { .. } | Pattern), help)
        }
        ItemKind::Allow(_) => {
            if matches!(place, Namespace { .. } | App | Baseline) {
                return Err(needless_allow(item, place));
            }
            ("allow", matches!(place, Guardrail { .. } | Pattern), "only a guardrail says `allow`")
        }
        ItemKind::Can(_) => ("can", place == Test, "write it in a `test`"),
        ItemKind::Cannot(_) => ("cannot", place == Test, "write it in a `test`"),
        ItemKind::Flow(_) => match place {
            TopLevel => return Err(outside(item, "rule")),
            Namespace { external } => {
                ("rule", !external, "an external namespace lists its workloads and what it exposes")
            }
            App | Pattern => ("rule", true, ""),
            Baseline => ("rule", through_pattern, "put it in a pattern and `apply` that"),
            Guardrail { .. } => ("rule", false, "write `allow` or `deny` before it"),
            Module => ("rule", false, "put it in a pattern"),
            Test => ("rule", false, "write `can` or `cannot` before it"),
        },
    };
    if fits && !(place == Namespace { external: true } && refuses_external(item)) {
        return Ok(());
    }
    let quoted = if word == "rule" { "a rule".to_owned() } else { format!("`{word}`") };
    let found = Diagnostic::new(Code(403), format!("{quoted} is not available {}", place.words()));
    let found = found.at(item.head, "not available here");
    Err(if help.is_empty() { found } else { found.help(help) })
}

fn edge_noun(place: Place) -> bool {
    match place {
        Place::TopLevel
        | Place::Module
        | Place::Namespace { .. }
        | Place::App
        | Place::Guardrail { .. }
        | Place::Pattern => true,
        Place::Baseline | Place::Test => false,
    }
}

/// An external namespace only lists workloads, tiers, groups and what it exposes (amendment U17).
fn refuses_external(item: &Item) -> bool {
    match &item.kind {
        ItemKind::Workload(_) | ItemKind::Tiers { .. } | ItemKind::Group { .. } | ItemKind::Expose { .. } => {
            false
        }
        ItemKind::Test { .. } => false,
        ItemKind::Cluster(_)
        | ItemKind::Tenant { .. }
        | ItemKind::Namespace { .. }
        | ItemKind::App { .. }
        | ItemKind::Guardrail { .. }
        | ItemKind::Baseline { .. }
        | ItemKind::Pattern { .. }
        | ItemKind::Mode { .. }
        | ItemKind::Net { .. }
        | ItemKind::Domain { .. }
        | ItemKind::Port { .. }
        | ItemKind::Apply { .. }
        | ItemKind::Waive { .. }
        | ItemKind::Require(_)
        | ItemKind::Deny(_)
        | ItemKind::Allow(_)
        | ItemKind::Except(_)
        | ItemKind::Can(_)
        | ItemKind::Cannot(_)
        | ItemKind::Flow(_) => true,
    }
}

fn outside(item: &Item, word: &str) -> Diagnostic {
    let found = Diagnostic::new(Code(106), format!("{word} is outside a namespace"));
    let found = found.at(item.head, "in which namespace?");
    found.help("begin the file with `namespace NAME`, or pass `--namespace NAME`")
}

fn needless_allow(item: &Item, place: Place) -> Diagnostic {
    let found = Diagnostic::new(Code(403), format!("`allow` is not available {}", place.words()));
    let word = Span { end: item.head.start + 6, ..item.head };
    let found = found.at(item.head, "a rule allows without saying so");
    found.fix("write the flow without `allow`", word, "")
}
