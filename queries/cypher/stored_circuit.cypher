/*
summary = "The strongest relationships of a stored circuit."
theme = "records"
order = "largest absolute attribution first, where none is known largest absolute weight, then by source and by target"
reads = "edges"
example = { circuit = "five", k = 5 }
main = ["source_name", "target_name", "attribution"]

[parameters]
circuit = { record = "Circuit", required = true, help = "name of a stored circuit" }
k = { type = "int", default = 1000, least = 1, unit = "relationships", help = "how many, the strongest" }

[columns]
source = { type = "int", help = "id of the node where it begins: of a channel or a layer that of its first neuron" }
source_name = { type = "text", help = "name of that node" }
target = { type = "int", help = "id of the node where it ends" }
target_name = { type = "text", help = "name of that node" }
weight = { type = "float", help = "what a unit more of the source's value adds to the target's; of a circuit that was traced elsewhere what its file says; null between channels and layers" }
contribution = { type = "float", unit = "units of the target's output", help = "what it adds to the value of its target" }
attribution = { type = "float", unit = "units of what it leads towards", help = "what of the target comes over it" }
influence = { type = "float", help = "share of the answer that flows over it, 0 to 1" }
*/
MATCH (s:Active)-[e:CONTRIBUTES]->(t:Active)
WHERE s.model = $model AND s.circuit = $circuit AND s.id IS NOT NULL
  AND t.model = $model AND t.circuit = $circuit
WITH s, t, e
ORDER BY coalesce(abs(e.attribution), abs(e.weight), -1.0) DESC, s.id, t.id
LIMIT $k
RETURN s.id AS source, s.name AS source_name, t.id AS target, t.name AS target_name,
  e.weight AS weight, e.contribution AS contribution, e.attribution AS attribution, e.influence AS influence
ORDER BY coalesce(abs(attribution), abs(weight), -1.0) DESC, source, target
