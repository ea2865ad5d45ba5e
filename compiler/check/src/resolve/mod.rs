//! Written ends, ports and arguments, turned into the model's.

pub(crate) mod arguments;
pub(crate) mod ends;
pub(crate) mod nouns;
pub(crate) mod other_pods;
pub(crate) mod ports;

use std::sync::Arc;

use netpol_diagnostics::Span;
use netpol_model::End;

use crate::scope::names::NounId;
use crate::values::Caution;

/// What an end is, as far as sentences care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Pods.
    Pods,
    /// Addresses, nodes, the API server: the edge.
    Edge,
    /// Domain names: the edge, outwards only.
    Domain,
    /// `any`.
    Any,
    /// `cluster-gateway`: the edge, as a source only.
    Gateway,
    /// `other-tenants`.
    OtherTenants,
    /// A workload on the node network: the edge, and it denotes the nodes.
    HostNetwork,
    /// A parameter of a pattern that is read where it is written.
    Parameter,
}

impl Shape {
    /// Whether arrows may end in it.
    pub(crate) fn is_pods(self) -> bool {
        match self {
            Shape::Pods | Shape::OtherTenants | Shape::Parameter => true,
            Shape::Edge | Shape::Domain | Shape::Any | Shape::Gateway | Shape::HostNetwork => false,
        }
    }
}

/// One item of an end list, resolved.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    /// What it denotes; without meaning for [`Shape::Parameter`].
    pub(crate) end: End,
    /// What it is.
    pub(crate) shape: Shape,
    /// Where the statement names it.
    pub(crate) written: Span,
    /// The workload whose own port names count for it.
    pub(crate) ports_of: Option<NounId>,
    /// A warning for lines that use it without `because`.
    pub(crate) caution: Option<Arc<Caution>>,
    /// The declaration in a tenant's file that it rests on.
    pub(crate) tenant_noun: Option<Span>,
}

impl Resolved {
    /// An end without further ado.
    pub(crate) fn new(end: End, shape: Shape, written: Span) -> Resolved {
        Resolved { end, shape, written, ports_of: None, caution: None, tenant_noun: None }
    }

    /// Whether every endpoint of it is a pod of this one namespace.
    pub(crate) fn is_within(&self, namespace: &str) -> bool {
        let names = self.end.named();
        names.is_some_and(|names| !names.is_empty() && names.iter().all(|name| **name == *namespace))
    }
}
