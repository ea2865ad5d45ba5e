; Captures have the names that tree-sitter, Neovim and Zed share. A later pattern wins.

(name) @variable
(comment) @comment
(string) @string
(escape) @string.escape

; ---- words ------------------------------------------------------------------

[
  "edition" "use" "as"
] @keyword.import

[
  "app" "baseline" "cluster" "domain" "group" "guardrail" "mode" "namespace" "net" "pattern" "port" "tenant" "test" "tiers"
  "workload"
] @keyword

[
  "allow" "apply" "can" "cannot" "deny" "egress" "except" "expose" "ingress" "require" "waive"
] @keyword

[
  "account" "at" "by" "from" "in" "matching" "namespaces" "notin" "on" "owns" "pod" "ports" "selects" "to" "within"
] @keyword

[
  "alert" "because" "http" "only" "owner" "reviewed" "ticket" "until"
] @keyword

(log) @keyword

[
  "audit" "egress-only" "enforce" "external" "host-network" "ingress-only" "sealed"
] @keyword.modifier

(obligation [ "because" "enforce" "owner" "ports" "prefix" "reviewed" "ticket" "until" ] @keyword)
(rule_class [ "cross-namespace" "egress" "every" "except" "expose" "ingress" "internet" "namespace" "rule" ] @keyword)
(type [ "domain" "label" "namespace" "net" "port" "text" "workload" ] @type.builtin)

(builtin) @constant.builtin
"any" @constant.builtin
[ "critical" "warning" ] @constant.builtin
[ "closed" "open" ] @constant.builtin

(attribute
  [
    "apiserver" "cluster-gateway" "nodes" "pods" "services" "shared" "system" "undeclared"
  ] @property)

; ---- names ------------------------------------------------------------------

(namespace_header name: (name) @module)
(namespace_header name: (names (name) @module))
(namespace name: (name) @module)
(namespace name: (names (name) @module))
(app namespace: (name) @module)
(path prefix: (name) @module)
(pod namespace: (name) @module)
(module_path) @module
(use alias: (name) @module)

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
(call pattern: (name) @function.call)
(call pattern: (path name: (name) @function.call))
(apply (name) @function.call)
(apply (path name: (name) @function.call))
(waive (name) @function.call)
(waive (path name: (name) @function.call))

(parameter name: (name) @variable.parameter)
(argument name: (name) @variable.parameter)
(own_port name: (name) @property)
(label_key) @property
(label_value) @string
(handle) @string.special

; ---- values -----------------------------------------------------------------

[ (address) (duration) (integer) (port_number) (protocol_port) ] @number
(date) @number
(domain_name) @string.special
(method) @constant

; ---- signs ------------------------------------------------------------------

[ "->" "=" "==" "!=" "!" ] @operator
(star) @operator
(obligation "/" @operator)
[ "," ":" ] @punctuation.delimiter
[ "{" "}" "[" "]" "(" ")" ] @punctuation.bracket
