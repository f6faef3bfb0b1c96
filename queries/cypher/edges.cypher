/*
summary = "Relationships as columns, between layers or any neurons."
theme = "stored"
order = "by target, then by source, then by weight"
not_finite = "With min_weight, weights of NaN are left out."
example = { source = "dense_0", target = "dense_1", min_weight = 0.7 }

[parameters]
source = { type = "neurons", help = "where they begin" }
target = { type = "neurons", help = "where they end" }
min_weight = { type = "float", default = 0, least = 0, bounds_weights = true, unit = "units of the weights", help = "smallest absolute weight, rounded to single precision as weights are" }

[columns]
source = { type = "int", help = "id of the neuron where it begins", explode = true }
target = { type = "int", help = "id of the neuron where it ends" }
weight = { type = "float", unit = "units of the weights", help = "weight; in channel and layer graphs the sum of those that it stands for", explode = true }
l1 = { type = "float", unit = "units of the weights", help = "sum of their absolute values", explode = true, grouped = true }
l2 = { type = "float", unit = "units of the weights", help = "root of the sum of their squares", explode = true, grouped = true }
largest = { type = "float", unit = "units of the weights", help = "largest absolute value among them", explode = true, grouped = true }
edges = { type = "int", help = "number of relationships between neurons that it stands for", explode = true, grouped = true }
*/
MATCH (s:Neuron)-[r:CONNECTS_TO]->(t:Neuron)
//% if in_lists and not source
WHERE t.id >= $first AND t.id <= $last /*{ within("t") }*/ /*{ where("target", "t") }*/
//% else
WHERE s.model = $model /*{ within("t") }*/ /*{ where("source", "s") }*/ /*{ where("target", "t") }*/
//% endif
//% if min_weight > 0
  AND /*{ among("s", "t", "abs(r.weight) >= $min_weight") }*/
//% endif
//% if not in_lists
RETURN s.id AS source, t.id AS target, r.weight AS weight
//% if grouped
  , r.l1 AS l1, r.l2 AS l2, r.largest AS largest, r.edges AS edges
//% endif
ORDER BY target, source, weight
//% elif store == "neo4j"
// The server's own id of a node is read faster than a property, also than its model: who reads these
// leaves out what begins at nodes of other models, also where its weight is no number. A list leaves
// out what is missing.
WITH t, collect(/*{ "s.id" if source else "id(s)" }*/) AS source,
  collect(coalesce(toFloatOrNull(r.weight), 0.0 / 0.0)) AS weight
//% if grouped
  , collect(coalesce(toFloatOrNull(r.l1), 0.0 / 0.0)) AS l1,
  collect(coalesce(toFloatOrNull(r.l2), 0.0 / 0.0)) AS l2,
  collect(coalesce(toFloatOrNull(r.largest), 0.0 / 0.0)) AS largest,
  collect(coalesce(toIntegerOrNull(r.edges), 0)) AS edges
//% endif
RETURN source, t.id AS target, weight
//% if grouped
  , l1, l2, largest, edges
//% endif
ORDER BY target
//% else
// The same holds of a node's place in its table. In columns collected by all cores LadybugDB gives
// any number for one that is missing.
RETURN /*{ "s.id" if source else "offset(id(s))" }*/ AS source, t.id AS target,
  coalesce(r.weight, CAST('nan' AS FLOAT)) AS weight
//% if grouped
  , coalesce(r.l1, CAST('nan' AS FLOAT)) AS l1, coalesce(r.l2, CAST('nan' AS FLOAT)) AS l2,
  coalesce(r.largest, CAST('nan' AS FLOAT)) AS largest, coalesce(r.edges, 0) AS edges
//% endif
//% endif
