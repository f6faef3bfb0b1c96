/*
summary = "What of a target comes through each attention head at an input, with the patterns held as they are."
theme = "attention"
order = "inputs as they are given, then by layer, head, query and key"
reads = "edges"
definition = "attribution = weight of the pattern * (sum over features of value * gradient of the target by what the query gets there): the values, and not why a head attends. The pattern, gates and the deviations of normalizations are held: products=frozen. All of a layer add up to the attribution of the neurons that add up its values; with the bias of what is applied to them and the residual stream to that of the stream"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "3,1,4,2,3,1,4,2", towards = "next[3]@7" }
main = ["head", "attribution", "query", "key", "layer"]

[parameters]
input = { shared = true }
layer = { type = "text", help = "the attention, by the name of its layer or of what that is a part of; by default all" }
split = { type = "text", default = "head", choices = ["head", "query", "key", "position"], help = "by what it is split: by head; by head and query, or key; or by head, query and key" }
towards = { shared = true }
rule = { shared = true }
baseline = { shared = true }
steps = { shared = true }

[columns]
input = { type = "text", help = "which sample: its file and row, or its number" }
towards = { type = "text", help = "the target" }
layer = { type = "text", help = "name of the layer of the pattern" }
head = { type = "int", help = "number of the head, from 0" }
query = { type = "int?", help = "position that attends, from 0; null where all are added up" }
query_token = { type = "int?", help = "token at that position; null where no one input of tokens has as many" }
key = { type = "int?", help = "position that is attended to, from 0; null where all are added up" }
key_token = { type = "int?", help = "token at that position; null where no one input of tokens has as many" }
attribution = { type = "float", unit = "units of the target", help = "what of the target comes through the head there" }
*/
