/*
summary = "Whether a stored circuit adds up, layer by layer, by what is stored alone."
theme = "records"
order = "layers as in the model"
reads = "edges"
definition = "error of a node = attribution - bias_part - left_out - the sum of the attributions of the relationships into it, as a share of the largest attribution in the circuit, rounded to twelve decimals, of which none is left where it adds up. Into an input nothing comes. Where one is above a millionth, or the circuit is not as it was written, it is an error that names the node; the statement answers nevertheless. A circuit that was traced elsewhere has no attributions: an error, and null of the statement"
example = { circuit = "five" }
main = ["layer", "error", "name"]

[parameters]
circuit = { record = "Circuit", required = true, help = "name of a stored circuit" }

[columns]
layer = { type = "text", help = "name of the layer" }
nodes = { type = "int", help = "how many nodes of the circuit are in the layer" }
error = { type = "float", help = "largest error of a node in the layer, as a share of the largest attribution in the circuit" }
id = { type = "int", help = "id of the node with the largest error, the first of several" }
name = { type = "text", help = "name of that node" }
*/
MATCH (a:Active)
WHERE a.model = $model AND a.circuit = $circuit AND a.id IS NOT NULL
WITH max(abs(a.attribution)) AS largest
MATCH (a:Active)
WHERE a.model = $model AND a.circuit = $circuit AND a.id IS NOT NULL
OPTIONAL MATCH (b:Active)-[e:CONTRIBUTES]->(a)
//% if store == "neo4j"
WHERE b.model = $model AND b.circuit = $circuit
//% endif
WITH largest, a, coalesce(sum(e.attribution), 0.0) AS arriving
WITH a, abs(CASE WHEN largest IS NULL THEN null WHEN a.left_out IS NULL THEN arriving
  ELSE a.attribution - a.bias - a.left_out - arriving END)
  / CASE WHEN largest > 0 THEN largest ELSE 1.0 END AS share
WITH a, round(share, 12) AS error
WITH a.layer AS layer, min(a.id) AS first, count(a) AS nodes, max(error) AS error,
  collect({id: a.id, error: error}) AS each
UNWIND each AS one
WITH layer, first, nodes, error, one
WHERE one.error = error OR error IS NULL
WITH layer, first, nodes, error, min(one.id) AS id
MATCH (a:Active)
WHERE a.model = $model AND a.circuit = $circuit AND a.id = id
RETURN layer, nodes, error, id, a.name AS name
ORDER BY first
