//! Which rule of the grammar a statement is read by, told from its first word.

use crate::grammar::{self, Failure, Rule};
use crate::layout;
use pest::iterators::Pairs;

/// The rules that a statement's text may be read by, the likeliest first.
pub(crate) fn rules(text: &str, in_cluster: bool) -> &'static [Rule] {
    if in_cluster {
        return &[Rule::attr_line];
    }
    let word = layout::word_at(text, 0);
    let rest = text.get(word.len()..).unwrap_or("");
    match word {
        "deny" => &[Rule::deny_line],
        "allow" => &[Rule::allow_line],
        "except" => &[Rule::except_line],
        "can" => &[Rule::can_line],
        "cannot" => &[Rule::cannot_line],
        "egress" => &[Rule::egress_line],
        "ingress" => &[Rule::ingress_line],
        "expose" => &[Rule::expose_line],
        "apply" => &[Rule::apply_line],
        "waive" => &[Rule::waive_line],
        "require" => &[Rule::require_line],
        "edition" => &[Rule::edition_line],
        "use" => &[Rule::use_line],
        "because" | "ticket" | "owner" | "until" | "reviewed" | "log" | "alert" | "only" => {
            &[Rule::clause_line]
        }
        "tenant" => &[Rule::tenant_line, Rule::arrow_line],
        // From here on the word may also be a name, and the statement a flow from it.
        _ if is_flow_from_a_name(rest) => &[Rule::arrow_line],
        "workload" => &[Rule::workload_line, Rule::arrow_line],
        "namespace" => &[Rule::ns_line, Rule::arrow_line],
        "app" => &[Rule::app_line, Rule::arrow_line],
        "net" => &[Rule::net_line, Rule::arrow_line],
        "port" => &[Rule::port_line, Rule::arrow_line],
        "group" => &[Rule::group_line, Rule::arrow_line],
        "domain" => &[Rule::domain_line, Rule::arrow_line],
        "test" => &[Rule::test_line, Rule::arrow_line],
        "tiers" => &[Rule::tiers_line, Rule::arrow_line],
        "pattern" => &[Rule::pattern_line, Rule::arrow_line],
        "guardrail" | "sealed" => &[Rule::guardrail_line, Rule::arrow_line],
        "baseline" => &[Rule::baseline_line, Rule::arrow_line],
        "cluster" => &[Rule::cluster_line, Rule::arrow_line],
        "mode" => &[Rule::mode_line, Rule::arrow_line],
        _ => &[Rule::arrow_line],
    }
}

fn is_flow_from_a_name(rest: &str) -> bool {
    let after = rest.trim_start_matches([' ', '\t']);
    after.starts_with("->") || rest.starts_with(['/', '.'])
}

/// The rule for the head of a block without what follows it, told from its first word.
pub(crate) fn head_rule(text: &str) -> Option<Rule> {
    Some(match layout::word_at(text, 0) {
        "namespace" => Rule::ns_head,
        "app" => Rule::app_head,
        "guardrail" | "sealed" => Rule::guardrail_head,
        "baseline" => Rule::baseline_head,
        "pattern" => Rule::pattern_head,
        "test" => Rule::test_head,
        "cluster" => Rule::cluster_head,
        _ => return None,
    })
}

/// Reads a text by the first rule that fits; where none does, gives the failure that came furthest.
pub(crate) fn read(text: &str, in_cluster: bool) -> Result<Pairs<'_, Rule>, Failure> {
    let mut furthest: Option<Failure> = None;
    for rule in rules(text, in_cluster) {
        match grammar::read(*rule, text) {
            Ok(pairs) => return Ok(pairs),
            Err(failure) => {
                if furthest.as_ref().is_none_or(|known| known.at < failure.at) {
                    furthest = Some(failure);
                }
            }
        }
    }
    Err(furthest.unwrap_or(Failure { at: 0, expected: Vec::new() }))
}
