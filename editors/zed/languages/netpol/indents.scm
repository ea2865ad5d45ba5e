(block "}" @end) @indent
(cluster_block "}" @end) @indent
(list "]" @end) @indent
(names "]" @end) @indent
(service_list "]" @end) @indent
(value_list "]" @end) @indent
(arguments ")" @end) @indent
(parameters ")" @end) @indent
