(pattern (block) @function.inside) @function.around
(namespace (block) @class.inside) @class.around
(app (block) @class.inside) @class.around
(guardrail (block) @class.inside) @class.around
(test (block) @test.inside) @test.around
(argument) @parameter.inside
(parameter) @parameter.inside
(comment) @comment.inside
(comment)+ @comment.around
