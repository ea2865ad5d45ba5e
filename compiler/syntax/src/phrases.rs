//! The names of the grammar's rules for people: what a message says may stand in a place.

use crate::grammar::Rule;

/// What to call a rule in a message; empty for one that is never the reason of a failure.
pub(crate) fn phrase(rule: Rule) -> &'static str {
    match rule {
        Rule::EOI => "the end of the line",
        Rule::WHITESPACE
        | Rule::newline
        | Rule::comment
        | Rule::nl
        | Rule::file
        | Rule::last
        | Rule::items
        | Rule::block
        | Rule::item
        | Rule::word_or_path
        | Rule::cluster_block
        | Rule::tail
        | Rule::edition_line
        | Rule::use_line
        | Rule::clause_line
        | Rule::cluster_line
        | Rule::attr_line
        | Rule::ns_line
        | Rule::app_line
        | Rule::guardrail_line
        | Rule::baseline_line
        | Rule::pattern_line
        | Rule::test_line
        | Rule::tenant_line
        | Rule::mode_line
        | Rule::workload_line
        | Rule::tiers_line
        | Rule::group_line
        | Rule::net_line
        | Rule::domain_line
        | Rule::port_line
        | Rule::apply_line
        | Rule::waive_line
        | Rule::require_line
        | Rule::expose_line
        | Rule::deny_line
        | Rule::allow_line
        | Rule::except_line
        | Rule::can_line
        | Rule::cannot_line
        | Rule::egress_line
        | Rule::ingress_line
        | Rule::arrow_line
        | Rule::workload_option
        | Rule::parenthesised
        | Rule::values
        | Rule::lc
        | Rule::flow
        | Rule::end
        | Rule::part
        | Rule::service
        | Rule::clause
        | Rule::wa
        | Rule::wc
        | Rule::tick
        | Rule::hex
        | Rule::ipv4
        | Rule::ipv6
        | Rule::dc
        | Rule::hole => "",
        Rule::edition | Rule::k_edition => "`edition`",
        Rule::use_decl | Rule::k_use => "`use`",
        Rule::cluster_head | Rule::k_cluster => "`cluster`",
        Rule::cluster_attr => "a line such as `pods 10.244.0.0/16`",
        Rule::tenant_decl | Rule::k_tenant => "`tenant`",
        Rule::ns_head | Rule::k_namespace => "`namespace`",
        Rule::matching => "`matching (…)`",
        Rule::on => "`on` with clusters",
        Rule::mode_stmt | Rule::k_mode => "`mode`",
        Rule::ns_mode => "a mode such as `audit`",
        Rule::app_head | Rule::k_app => "`app`",
        Rule::guardrail_head | Rule::k_guardrail => "`guardrail`",
        Rule::baseline_head | Rule::k_baseline => "`baseline`",
        Rule::pattern_head | Rule::k_pattern => "`pattern`",
        Rule::params => "parameters in `( )`",
        Rule::param => "a parameter such as `client: workload`",
        Rule::param_type => "a type: `workload`, `port`, `net`, `domain`, `label`, `namespace` or `text`",
        Rule::test_head | Rule::k_test => "`test`",
        Rule::workload_decl | Rule::k_workload => "`workload`",
        Rule::within => "`in` with namespaces",
        Rule::own_ports | Rule::k_ports => "`ports`",
        Rule::own_port => "a port such as `http=8080`",
        Rule::accounts | Rule::k_account => "`account`",
        Rule::ns_literal => "`namespaces(…)`",
        Rule::tiers_decl | Rule::k_tiers => "`tiers`",
        Rule::group_decl | Rule::k_group => "`group`",
        Rule::net_decl | Rule::k_net => "`net`",
        Rule::domain_decl | Rule::k_domain => "`domain`",
        Rule::port_decl | Rule::k_port => "`port`",
        Rule::selector => "a condition on labels such as `app=web`",
        Rule::requirement => "a condition on a label such as `app=web`",
        Rule::not => "`!`",
        Rule::set_operator => "`in` or `notin`",
        Rule::operator => "`=` or `!=`",
        Rule::label_key => "the key of a label",
        Rule::label_value => "the value of a label",
        Rule::egress | Rule::ingress | Rule::arrow_flow => "a flow such as `web -> api:8080`",
        Rule::deny_stmt | Rule::k_deny => "`deny`",
        Rule::allow_stmt | Rule::k_allow => "`allow`",
        Rule::except_stmt | Rule::k_except => "`except`",
        Rule::can_stmt | Rule::k_can => "`can`",
        Rule::cannot_stmt | Rule::k_cannot => "`cannot`",
        Rule::expose_stmt | Rule::k_expose => "`expose`",
        Rule::apply_stmt | Rule::k_apply => "`apply`",
        Rule::waive_stmt | Rule::k_waive => "`waive`",
        Rule::require_stmt | Rule::k_require => "`require`",
        Rule::obligation => {
            "what is asked: `because`, `ticket`, `owner`, `until`, `reviewed`, `prefix`, `ports` or `enforce`"
        }
        Rule::rule_class => "the rules meant, such as `egress internet` or `every rule`",
        Rule::ends | Rule::plain => "a workload, a path such as `shop/api`, an address or a domain",
        Rule::tenant_ref => "`tenant` with its name",
        Rule::pod_literal => "`pod(…)`",
        Rule::call => "a call such as `aws/s3(eu-west-1)`",
        Rule::reference => "a name or a path such as `k8s/dns`",
        Rule::arguments => "arguments in `( )`",
        Rule::argument => "an argument",
        Rule::argument_value | Rule::argument_word => "a value",
        Rule::services | Rule::service_word => "a port such as `8080`, `udp/53`, `https` or `any`",
        Rule::clauses => "a clause such as `because \"…\"`",
        Rule::because | Rule::k_because => "`because`",
        Rule::ticket | Rule::k_ticket => "`ticket`",
        Rule::owner | Rule::k_owner => "`owner`",
        Rule::until | Rule::k_until => "`until`",
        Rule::reviewed | Rule::k_reviewed => "`reviewed`",
        Rule::log | Rule::k_log => "`log`",
        Rule::alert | Rule::k_alert => "`alert`",
        Rule::only | Rule::k_only => "`only`",
        Rule::request => "a request such as `GET \"/v1/*\"`",
        Rule::method => "a method such as `GET`",
        Rule::names => "a name, or names in `[ ]`",
        Rule::name | Rule::label => "a name",
        Rule::module_path => "a module such as `std/k8s`",
        Rule::star => "`*`",
        Rule::address => "an address such as `10.0.0.0/8`",
        Rule::domain => "a domain such as `api.example.com`",
        Rule::string => "a text in double quotes",
        Rule::date => "a date such as `2027-01-31`",
        Rule::duration => "a time such as `90d`",
        Rule::int => "a number",
        Rule::handle => "a word such as `team-shop`",
        Rule::arrow => "`->`",
        Rule::colon => "`:`",
        Rule::comma => "`,`",
        Rule::equals => "`=`",
        Rule::close_bracket => "`]`",
        Rule::close_paren => "`)`",
        Rule::k_apiserver => "`apiserver`",
        Rule::k_as => "`as`",
        Rule::k_at => "`at`",
        Rule::k_audit => "`audit`",
        Rule::k_by => "`by`",
        Rule::k_closed => "`closed`",
        Rule::k_critical => "`critical`",
        Rule::k_cross_namespace => "`cross-namespace`",
        Rule::k_egress => "`egress`",
        Rule::k_egress_only => "`egress-only`",
        Rule::k_enforce => "`enforce`",
        Rule::k_every => "`every`",
        Rule::k_external => "`external`",
        Rule::k_from => "`from`",
        Rule::k_gateway => "`cluster-gateway`",
        Rule::k_host_network => "`host-network`",
        Rule::k_http => "`http`",
        Rule::k_in => "`in`",
        Rule::k_ingress => "`ingress`",
        Rule::k_ingress_only => "`ingress-only`",
        Rule::k_internet => "`internet`",
        Rule::k_label => "`label`",
        Rule::k_matching => "`matching`",
        Rule::k_namespaces => "`namespaces`",
        Rule::k_nodes => "`nodes`",
        Rule::k_on => "`on`",
        Rule::k_open => "`open`",
        Rule::k_owns => "`owns`",
        Rule::k_pod => "`pod`",
        Rule::k_pods => "`pods`",
        Rule::k_prefix => "`prefix`",
        Rule::k_rule => "`rule`",
        Rule::k_sealed => "`sealed`",
        Rule::k_selects => "`selects`",
        Rule::k_services => "`services`",
        Rule::k_shared => "`shared`",
        Rule::k_system => "`system`",
        Rule::k_text => "`text`",
        Rule::k_to => "`to`",
        Rule::k_undeclared => "`undeclared`",
        Rule::k_warning => "`warning`",
        Rule::k_within => "`within`",
    }
}

/// "a, b or c" of the rules that may stand in a place; none where nothing can be said.
pub(crate) fn expected(rules: &[Rule]) -> Option<String> {
    let mut phrases: Vec<&str> =
        rules.iter().map(|rule| phrase(*rule)).filter(|phrase| !phrase.is_empty()).collect();
    // Where the line may end, that comes last.
    phrases.sort_unstable_by_key(|text| (*text == phrase(Rule::EOI), *text));
    phrases.dedup();
    let (last, others) = phrases.split_last()?;
    Some(if others.is_empty() { (*last).to_owned() } else { format!("{} or {last}", others.join(", ")) })
}
