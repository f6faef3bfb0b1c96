/*
summary = "In-strength or out-strength: the weights into or out of each neuron, added up."
theme = "stored"
order = "by id"
score = "strength"
definition = "Barrat et al. (2004), The architecture of complex weighted networks, eq. 2"
not_finite = "A sum is NaN where NaN, or both infinities, are in it, and nowhere else."
example = { neurons = "dense_1" }

[parameters]
neurons = { type = "neurons", help = "which neurons" }
direction = { choices = ["in", "out"], default = "in", help = "relationships into or out of a neuron" }
measure = { choices = ["absolute", "signed", "count"], default = "absolute", help = "what is added up: |weight|, weight, or 1" }
by = { shared = true }

[columns]
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
strength = { type = "float", unit = "units of the weights, or relationships where they are counted", help = "the sum; 0 without relationships" }
*/
MATCH (n:Neuron)
WHERE n.model = $model /*{ where("neurons", "n") }*/
//% if direction == "in"
OPTIONAL MATCH (n)<-[r:CONNECTS_TO]-(other:Neuron)
//% else
OPTIONAL MATCH (n)-[r:CONNECTS_TO]->(other:Neuron)
//% endif
//% if store == "neo4j"
WHERE other.model = $model
//% endif
//% if measure == "absolute"
WITH n, sum(abs(r./*{ by }*/)) AS strength
//% elif measure == "signed"
WITH n, sum(r./*{ by }*/) AS strength
//% else
WITH n, count(r) AS strength
//% endif
RETURN n.id AS id, n.name AS name, n.layer AS layer, coalesce(strength, 0.0) AS strength
ORDER BY id
