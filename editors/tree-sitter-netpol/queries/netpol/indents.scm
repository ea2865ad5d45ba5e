[
  (block)
  (cluster_block)
  (list)
  (names)
  (service_list)
  (value_list)
  (arguments)
  (parameters)
] @indent.begin

[ "}" "]" ")" ] @indent.branch @indent.end

; Clauses and the options of a workload stand one step further in than their statement.
[
  (workload) (net) (group) (domain) (port) (tiers) (tenant) (apply) (waive) (require) (expose)
  (deny) (allow) (except) (can) (cannot) (egress) (ingress) (arrow)
] @indent.begin

(comment) @indent.auto
