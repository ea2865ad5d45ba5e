; Scopes have the names of Helix's themes. Whether an earlier or a later pattern wins has changed between its versions
; (helix-editor/helix#9436), so no two give a name or a sign different scopes.

(comment) @comment
(escape) @constant.character.escape
(string) @string
(date) @constant.numeric
[ (address) (duration) (integer) (port_number) (protocol_port) ] @constant.numeric
(domain_name) @string.special.url
(handle) @string.special
(label_key) @attribute
(label_value) @string
(method) @constant
(star) @operator

(builtin) @constant.builtin
"any" @constant.builtin
[ "critical" "warning" ] @constant.builtin
[ "closed" "open" ] @constant.builtin
(attribute
  [
    "apiserver" "cluster-gateway" "nodes" "pods" "services" "shared" "system" "undeclared"
  ] @variable.other.member)
(type [ "domain" "label" "namespace" "net" "port" "text" "workload" ] @type.builtin)
(obligation [ "because" "enforce" "owner" "ports" "prefix" "reviewed" "ticket" "until" ] @keyword)
(rule_class [ "cross-namespace" "egress" "every" "except" "expose" "ingress" "internet" "namespace" "rule" ] @keyword)

[ "edition" "use" "as" ] @keyword.control.import
(app "app" @keyword.storage.type)
(baseline "baseline" @keyword.storage.type)
(cluster "cluster" @keyword.storage.type)
(domain "domain" @keyword.storage.type)
(group "group" @keyword.storage.type)
(guardrail "guardrail" @keyword.storage.type)
(mode "mode" @keyword.storage.type)
(namespace "namespace" @keyword.storage.type)
(net "net" @keyword.storage.type)
(pattern "pattern" @keyword.storage.type)
(port "port" @keyword.storage.type)
(tenant "tenant" @keyword.storage.type)
(test "test" @keyword.storage.type)
(tiers "tiers" @keyword.storage.type)
(workload "workload" @keyword.storage.type)
(namespace_header "namespace" @keyword.storage.type)
(tenant_reference "tenant" @keyword.storage.type)
[ "audit" "egress-only" "enforce" "external" "host-network" "ingress-only" "sealed" ] @keyword.storage.modifier
[
  "allow" "apply" "can" "cannot" "deny" "egress" "except" "expose" "ingress" "require" "waive"
] @keyword.control
[
  "account" "at" "by" "from" "in" "matching" "namespaces" "notin" "on" "owns" "pod" "ports" "selects" "to" "within"
] @keyword
[ "alert" "because" "http" "only" "owner" "reviewed" "ticket" "until" ] @keyword.directive
(log) @keyword.directive

(namespace_header name: (name) @namespace)
(namespace_header name: (names (name) @namespace))
(namespace name: (name) @namespace)
(namespace name: (names (name) @namespace))
(app namespace: (name) @namespace)
(path prefix: (name) @namespace)
(pod namespace: (name) @namespace)
(module_path) @namespace
(use alias: (name) @namespace)

(app name: (name) @type)
(cluster name: (name) @type)
(group name: (name) @type)
(guardrail name: (name) @type)
(net name: (name) @type)
(port name: (name) @type)
(tenant name: (name) @type)
(tenant_reference name: (name) @type)
(tiers name: (name) @type)
(tiers name: (names (name) @type))
(workload name: (name) @type)
(on (name) @type)
(on (names (name) @type))

(domain name: (name) @function)
(pattern name: (name) @function)
(call pattern: (name) @function)
(call pattern: (path name: (name) @function))
(apply (name) @function)
(apply (path name: (name) @function))
(waive (name) @function)
(waive (path name: (name) @function))

(parameter name: (name) @variable.parameter)
(argument name: (name) @variable.parameter)
(own_port name: (name) @variable.other.member)

[ "->" "=" "==" "!=" "!" ] @operator
[ "," ":" ] @punctuation.delimiter
[ "{" "}" "[" "]" "(" ")" ] @punctuation.bracket
