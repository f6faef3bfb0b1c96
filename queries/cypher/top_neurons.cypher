/*
summary = "The k neurons of each layer that a measure of centrality puts first."
theme = "centrality"
order = "layers as in the model, then by rank"
score = "value"
reads = "edges"
not_embedded = "LadybugDB has no CALL subqueries"
not_finite = "Neurons of which the measure is NaN are left out; an infinite one comes first. PageRank and path centrality are not defined."
example = { measure = "path_centrality", k = 2 }
main = ["name", "value", "rank"]

[parameters]
neurons = { type = "neurons", help = "among which neurons" }
measure = { choices = ["katz", "pagerank", "path_centrality", "in_strength", "out_strength", "in_degree", "out_degree"], default = "katz", help = "by what; each with its usual parameters" }
k = { type = "int", default = 5, least = 1, unit = "neurons", help = "how many a layer" }
by = { shared = true }
input = { shared = true, required = false }

[columns]
layer_index = { type = "int", help = "position of the layer" }
layer = { type = "text", help = "name of the layer" }
rank = { type = "int", help = "rank within the layer, from 1" }
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
value = { type = "float", unit = "the unit of the measure", help = "the measure" }
*/
//% set way, _, what = measure.partition("_")
//% set of_ends = what in ("strength", "degree")
CALL () {
//% if of_ends
  /*{ answer("strength", neurons=neurons, direction=way, by=by,
             measure="count" if what == "degree" else "absolute") | indent(2) }*/
//% else
  /*{ answer(measure, neurons=neurons, by=by) | indent(2) }*/
//% endif
}
WITH id, name, layer, /*{ "strength" if of_ends else measure }*/ AS value
// NaN is not equal to itself.
WHERE value = value
WITH id, name, layer, value ORDER BY value DESC, id
WITH layer, collect({id: id, name: name, value: value})[..$k] AS best
MATCH (l:Layer) WHERE l.model = $model AND l.name = layer
UNWIND range(1, size(best)) AS rank
WITH l, rank, best[rank - 1] AS neuron
RETURN l.index AS layer_index, l.name AS layer, rank,
  neuron.id AS id, neuron.name AS name, neuron.value AS value
ORDER BY layer_index, rank
