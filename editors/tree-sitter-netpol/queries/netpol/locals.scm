; A pattern's or a domain's parameters are its own; what else is declared belongs to the block around it.

[ (source_file) (block) (pattern) (domain) ] @local.scope

(parameter name: (name) @local.definition)
(workload name: (name) @local.definition)
(group name: (name) @local.definition)
(net name: (name) @local.definition)
(port name: (name) @local.definition)
(tiers name: (name) @local.definition)
(tiers name: (names (name) @local.definition))

(arrow from: (name) @local.reference)
(arrow to: (name) @local.reference)
(egress from: (name) @local.reference)
(egress to: (name) @local.reference)
(ingress from: (name) @local.reference)
(ingress to: (name) @local.reference)
(flow from: (name) @local.reference)
(flow to: (name) @local.reference)
(expose exposed: (name) @local.reference)
(expose to: (name) @local.reference)
(list (name) @local.reference)
(service_list (name) @local.reference)
(argument (name) @local.reference)
(value_list (name) @local.reference)
