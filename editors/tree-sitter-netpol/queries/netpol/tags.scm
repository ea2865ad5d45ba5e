(namespace_header name: (name) @name) @definition.module
(namespace name: (name) @name) @definition.module
(app name: (name) @name) @definition.module
(workload name: (name) @name) @definition.class
(group name: (name) @name) @definition.class
(net name: (name) @name) @definition.constant
(port name: (name) @name) @definition.constant
(domain name: (name) @name) @definition.function
(pattern name: (name) @name) @definition.function
(guardrail name: (name) @name) @definition.class
(cluster name: (name) @name) @definition.class
(tenant name: (name) @name) @definition.class
(call pattern: (name) @name) @reference.call
(call pattern: (path name: (name) @name)) @reference.call
(apply (name) @name) @reference.call
(apply (path name: (name) @name)) @reference.call
