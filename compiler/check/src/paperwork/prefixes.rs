//! NP0609: an address range wider than a guardrail allows.

use netpol_diagnostics::Diagnostic;
use netpol_flow::IpNet;
use netpol_model::{End, RuleKind};
use netpol_syntax::tree::{Spanned, Text};

use super::{Line, told};

/// Every address block of the line is at least this long; for IPv6 32 are added (amendment U12).
pub(super) fn narrow(line: &Line<'_>, length: &Spanned<Text>) -> Option<Diagnostic> {
    let shortest: u8 = length.node.parse().ok()?;
    let rule = line.rule?;
    let peers = match rule.kind {
        RuleKind::Egress | RuleKind::Arrow => &rule.to,
        RuleKind::Ingress | RuleKind::Expose => &rule.from,
    };
    let blocks = peers.iter().filter_map(|end| match end {
        End::Addresses { blocks, .. } => Some(blocks),
        End::Pods(_)
        | End::OtherTenants
        | End::Nodes
        | End::ApiServer
        | End::Gateway
        | End::Internet
        | End::Outside
        | End::Domain(_)
        | End::Any => None,
    });
    let limit = |block: &IpNet| match block {
        IpNet::V4(_) => shortest,
        IpNet::V6(_) => shortest.saturating_add(32),
    };
    let wide = blocks.flatten().find(|block| block.prefix_len() < limit(block))?;
    let label = format!("`{wide}` is wider than /{}", limit(wide));
    let found = told(609, "address range is wider than allowed", line, label);
    Some(found.help(format!("narrow it to /{} or longer, or list the ranges you need", limit(wide))))
}
