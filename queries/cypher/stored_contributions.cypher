/*
summary = "What made a neuron fire at a stored input: what relationships pass on into it."
theme = "records"
order = "by target, largest absolute contribution first, then by source"
reads = "edges"
definition = "contribution = slope of the target * weight * value of the source, of what activate stored. Of a maximum or minimum only the winner contributes; of a product each factor an equal share of its value less its residual"
not_finite = "Not stored: such a model has no activations."
example = { at = "digits.npz:7", neurons = "dense_1[5]" }
main = ["source_name", "target_name", "contribution"]

[parameters]
at = { record = "Input", required = true, help = "name of a stored input" }
neurons = { type = "neurons", required = true, help = "which neurons" }

[columns]
source = { type = "int", help = "id of the neuron where it begins" }
source_name = { type = "text", help = "name of that neuron" }
target = { type = "int", help = "id of the neuron where it ends" }
target_name = { type = "text", help = "name of that neuron" }
weight = { type = "float", unit = "units of the weights", help = "weight" }
value = { type = "float", unit = "units of the neuron's output", help = "what the source puts out" }
contribution = { type = "float", unit = "units of the target's output", help = "what it passes on; rows of 0 are left out" }
*/
MATCH (i:Input)-[u:ACTIVATES]->(t:Neuron)
WHERE i.model = $model AND i.name = $at /*{ within("t") }*/ /*{ where("neurons", "t") }*/
MATCH (t)<-[r:CONNECTS_TO]-(s:Neuron)
//% if store == "neo4j"
WHERE s.model = $model
//% endif
WITH i, u, t, count(r) AS factors
MATCH (t)<-[r:CONNECTS_TO]-(s:Neuron), (i)-[v:ACTIVATES]->(s)
WHERE (u.winner IS NULL OR u.winner = s.id) /*{ within("s") }*/
WITH s, t, r.weight AS weight, v.value AS value,
  CASE WHEN u.slope IS NULL THEN (u.value - coalesce(u.residual, 0.0)) / factors
  ELSE r.weight * v.value * u.slope END
  AS contribution
WHERE contribution <> 0
RETURN s.id AS source, s.name AS source_name, t.id AS target, t.name AS target_name,
  weight, value, contribution
ORDER BY target, abs(contribution) DESC, source
