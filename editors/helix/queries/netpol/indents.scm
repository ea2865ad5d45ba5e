[
  (block) (cluster_block) (list) (names) (service_list) (value_list) (arguments) (parameters)
] @indent

[ "}" "]" ")" ] @outdent
