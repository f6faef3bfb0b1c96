/*
summary = "What feeds some neurons, or what they feed, strongest first."
theme = "stored"
order = "largest absolute weight first, then by neuron, by id and by weight"
not_finite = "Weights of NaN are left out; infinite ones come first."
example = { neurons = "dense_1[3]" }
main = ["name", "weight"]

[parameters]
neurons = { type = "neurons", required = true, help = "which neurons" }
direction = { choices = ["in", "out"], default = "in", help = "in: what feeds them; out: what they feed" }
min_weight = { type = "float", default = 0, least = 0, bounds_weights = true, unit = "units of the weights", help = "smallest absolute weight, rounded to single precision as weights are" }
k = { type = "int", default = 1000, least = 1, unit = "relationships", help = "how many, the strongest" }
by = { shared = true }

[columns]
neuron = { type = "int", help = "id of the neuron that was asked about" }
id = { type = "int", help = "id of its neighbour" }
name = { type = "text", help = "name of the neighbour" }
layer = { type = "text", help = "layer of the neighbour" }
channel = { type = "int?", help = "channel of the neighbour" }
x = { type = "int?", help = "position of the neighbour along the width" }
y = { type = "int?", help = "position of the neighbour along the height" }
weight = { type = "float", unit = "units of the weights", help = "weight of the relationship, or the property that by names" }
*/
//% if direction == "in"
MATCH (n:Neuron)<-[r:CONNECTS_TO]-(other:Neuron)
//% else
MATCH (n:Neuron)-[r:CONNECTS_TO]->(other:Neuron)
//% endif
WHERE n.model = $model /*{ within("other") }*/ /*{ where("neurons", "n") }*/
  AND /*{ among("n", "other", "abs(r." ~ by ~ ") >= $min_weight") }*/
RETURN n.id AS neuron, other.id AS id, other.name AS name, other.layer AS layer,
  other.channel AS channel, other.x AS x, other.y AS y, r./*{ by }*/ AS weight
ORDER BY abs(weight) DESC, neuron, id, weight
LIMIT $k
