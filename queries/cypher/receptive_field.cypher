/*
summary = "What feeds some neurons, layer by layer: how far it reaches, and how strongly."
theme = "field"
order = "layers as in the model"
definition = "Araujo et al. (2019), Computing receptive fields of convolutional neural networks, distill.pub"
reads = "edges"
not_embedded = "LadybugDB has no CALL subqueries"
not_finite = "A sum over paths is NaN where one of the paths goes over NaN, or where both infinities are in it, and nowhere else."
example = { neurons = "conv_1[3]@1,1" }
main = ["layer", "neurons", "weight", "x_min", "x_max", "y_min", "y_max"]

[parameters]
neurons = { type = "neurons", required = true, help = "of which neurons" }
by = { shared = true }
input = { shared = true, required = false }

[columns]
layer_index = { type = "int", help = "position of the layer" }
layer = { type = "text", help = "name of the layer" }
neurons = { type = "int", help = "number of its neurons in the field" }
share = { type = "float", help = "neurons as a share of the layer, 0 to 1" }
channels = { type = "int?", help = "number of channels that they are in; null where they have none" }
x_min = { type = "int?", help = "smallest position of theirs along the width; null where they have none" }
x_max = { type = "int?", help = "largest position along the width" }
y_min = { type = "int?", help = "smallest position along the height" }
y_max = { type = "int?", help = "largest position along the height" }
weight = { type = "float", unit = "products of weights", help = "sum over paths of the product of absolute weights" }
*/
CALL () {
  /*{ answer("field_neurons", neurons=neurons, direction="in", by=by) | indent(2) }*/
}
WITH layer, count(*) AS neurons, count(DISTINCT channel) AS channels, min(x) AS x_min,
  max(x) AS x_max, min(y) AS y_min, max(y) AS y_max, sum(weight) AS weight
MATCH (l:Layer) WHERE l.model = $model AND l.name = layer
RETURN l.index AS layer_index, layer, neurons, 1.0 * neurons / l.neurons AS share,
  CASE WHEN channels > 0 THEN channels END AS channels, x_min, x_max, y_min, y_max, weight
ORDER BY layer_index
