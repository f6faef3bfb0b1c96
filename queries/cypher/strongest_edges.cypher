/*
summary = "The relationships of the largest absolute weight."
theme = "stored"
order = "largest absolute weight first, then by source, by target and by weight"
not_finite = "Weights of NaN are left out; infinite ones come first."
example = { source = "dense_0", target = "dense_1", k = 5 }
main = ["source_name", "target_name", "weight"]

[parameters]
source = { type = "neurons", help = "where they begin" }
target = { type = "neurons", help = "where they end" }
k = { type = "int", default = 10, least = 1, unit = "relationships", help = "how many" }
by = { shared = true }

[columns]
source = { type = "int", help = "id of the neuron where it begins" }
source_name = { type = "text", help = "name of that neuron" }
target = { type = "int", help = "id of the neuron where it ends" }
target_name = { type = "text", help = "name of that neuron" }
weight = { type = "float", unit = "units of the weights", help = "weight, or the property that by names" }
*/
// NaN is not equal to itself.
//% if source
MATCH (s:Neuron)-[r:CONNECTS_TO]->(t:Neuron)
WHERE s.model = $model /*{ within("t") }*/ /*{ where("source", "s") }*/ /*{ where("target", "t") }*/
  AND r./*{ by }*/ = r./*{ by }*/
//% else
MATCH (s:Neuron)-[r:CONNECTS_TO]->(t:Neuron)
WHERE t.model = $model /*{ within("s") }*/ /*{ where("target", "t") }*/
  AND r./*{ by }*/ = r./*{ by }*/
//% endif
WITH s, t, r./*{ by }*/ AS weight
ORDER BY abs(weight) DESC, s.id, t.id, weight
LIMIT $k
RETURN s.id AS source, s.name AS source_name, t.id AS target, t.name AS target_name, weight
ORDER BY abs(weight) DESC, source, target, weight
