(namespace_header "namespace" @context name: (_) @name) @item
(namespace "namespace" @context name: (_) @name) @item
(app "app" @context name: (name) @name) @item
(guardrail "guardrail" @context name: (name) @name) @item
(baseline "baseline" @name) @item
(pattern "pattern" @context name: (name) @name) @item
(test "test" @context name: (string) @name) @item
(cluster "cluster" @context name: (name) @name) @item
(tenant "tenant" @context name: (name) @name) @item
(workload "workload" @context name: (name) @name) @item
(tiers "tiers" @context name: (_) @name) @item
(group "group" @context name: (name) @name) @item
(net "net" @context name: (name) @name) @item
(domain "domain" @context name: (name) @name) @item
(port "port" @context name: (name) @name) @item
