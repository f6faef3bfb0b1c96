/*
summary = "The neurons of a receptive or projective field, each with its path weight."
theme = "field"
order = "by id"
score = "weight"
definition = "see receptive_field"
reads = "edges"
not_embedded = "LadybugDB has no CALL subqueries"
not_finite = "A sum over paths is NaN where one of the paths goes over NaN, or where both infinities are in it, and nowhere else."
example = { neurons = "conv_1[3]@1,1", among = "input_layer" }

[parameters]
neurons = { type = "neurons", required = true, help = "of which neurons" }
among = { type = "neurons", help = "of which of them to tell, such as the input layer" }
direction = { choices = ["in", "out"], default = "in", help = "what feeds them, or what they feed" }
by = { shared = true }
input = { shared = true, required = false }

[columns]
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
channel = { type = "int?", help = "channel, feature map or unit" }
x = { type = "int?", help = "position along the width" }
y = { type = "int?", help = "position along the height" }
z = { type = "int?", help = "position along the depth" }
weight = { type = "float", unit = "products of weights", help = "sum over paths of the product of absolute weights" }
*/
// A neuron that is given, or was reached, hands its weight on. Weights are kept in a property until
// all are there.
MATCH (l:Layer) WHERE l.model = $model
//% if direction == "in"
WITH l ORDER BY l.index DESC
//% else
WITH l ORDER BY l.index
//% endif
CALL (l) {
  MATCH (n:Neuron) WHERE n.model = $model AND n.layer = l.name
  WITH n, CASE WHEN true /*{ where("neurons", "n") }*/ THEN 1.0 + coalesce(n._field, 0.0)
    ELSE n._field END AS score
  WHERE score IS NOT NULL
//% if direction == "in"
  MATCH (n)<-[r:CONNECTS_TO]-(next:Neuron) WHERE next.model = $model
//% else
  MATCH (n)-[r:CONNECTS_TO]->(next:Neuron) WHERE next.model = $model
//% endif
  WITH next, sum(abs(r./*{ by }*/) * score) AS more
  SET next._field = coalesce(next._field, 0.0) + more
}
WITH count(*) AS layers
MATCH (l:Layer) WHERE l.model = $model
MATCH (n:Neuron) WHERE n.model = $model AND n.layer = l.name AND n._field IS NOT NULL
WITH n, n._field AS weight
REMOVE n._field
WITH n, weight
WHERE true /*{ where("among", "n") }*/
RETURN n.id AS id, n.name AS name, n.layer AS layer, n.channel AS channel, n.x AS x, n.y AS y,
  n.z AS z, weight
ORDER BY id
