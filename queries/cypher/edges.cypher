/*
summary = "Relationships as columns, between layers or any neurons."

[parameters]
source = { type = "neurons", help = "where they begin" }
target = { type = "neurons", help = "where they end" }
min_weight = { type = "float", default = 0, least = 0, help = "smallest absolute weight" }

[columns]
source = { type = "int", help = "id of the neuron where it begins", explode = true }
target = { type = "int", help = "id of the neuron where it ends" }
weight = { type = "float", help = "weight", explode = true }
*/
//% if source
MATCH (s:Neuron)-[r:CONNECTS_TO]->(t)
WHERE s.model = $model /*{ where("source", "s") }*/ /*{ where("target", "t") }*/
//% else
MATCH (s)-[r:CONNECTS_TO]->(t:Neuron)
WHERE t.model = $model AND t.id >= $first AND t.id <= $last /*{ where("target", "t") }*/
//% endif
//% if min_weight > 0
  AND abs(r.weight) >= $min_weight
//% endif
//% if store == "neo4j"
WITH t, collect(s.id) AS source, collect(r.weight) AS weight
RETURN source, t.id AS target, weight
//% else
RETURN s.id AS source, t.id AS target, r.weight AS weight
//% endif
