/*
summary = "Where a model attends at an input: by head how much each query takes of each key."
theme = "attention"
order = "inputs as they are given, then by layer, head, query and key"
reads = "edges"
definition = "weight = softmax over keys of the score, Vaswani et al. (2017), eq. 1, in the precision in which Keras computes: those of a query add up to 1, and are 0 where a mask leaves a key out. A pattern is a softmax by which values are multiplied and added up, in whatever class of a layer. Of several axes of positions, as those of an image, numbers count row by row"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "What they feed is NaN or infinite, as in Keras."
example = { input = "3,1,4,2,3,1,4,2" }
main = ["head", "query", "key", "weight", "layer"]

[parameters]
input = { shared = true }
layer = { type = "text", help = "the attention, by the name of its layer or of what that is a part of; by default all" }

[columns]
input = { type = "text", help = "which sample: its file and row, or its number" }
layer = { type = "text", help = "name of the layer of the pattern" }
id = { type = "int", help = "id of the neuron" }
head = { type = "int", help = "number of the head, from 0" }
query = { type = "int", help = "position that attends, from 0" }
query_token = { type = "int?", help = "token at that position; null where no one input of tokens has as many" }
key = { type = "int", help = "position that is attended to, from 0" }
key_token = { type = "int?", help = "token at that position; null where no one input of tokens has as many" }
weight = { type = "float", unit = "shares", help = "how much the query takes of the key's value" }
score = { type = "float", unit = "units of the score", help = "what the softmax is applied to; null where the weight is 0, as where a mask leaves a key out" }
*/
