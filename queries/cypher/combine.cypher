/*
summary = "Two layers as one: the linear map through the first onto the second, and its bias."
theme = "linear"
order = "by source, then by target"
definition = "W1 W2 and b1 W2 + b2, of weights W (rows are sources) and biases b: the sum over all paths through the first of the product of their weights. Layers between, such as pooling, are passed as in effective_weights, and activations are ignored; paths around the first do not count. In channel and layer graphs biases are means"
reads = "edges"
not_embedded = "LadybugDB has no CALL subqueries"
only_finite = true
either_way = true
not_finite = "A sum over paths is NaN where one of the paths goes over NaN, or where both infinities are in it, and nowhere else."
example = { first = "conv_1", second = "dense_0" }
main = ["source_name", "target_name", "weight", "bias"]

[parameters]
first = { type = "neurons", required = true, help = "the first layer, or some of its neurons; what feeds it are the sources" }
second = { type = "neurons", required = true, help = "the second layer, or some of its neurons" }
by = { shared = true }
input = { shared = true, required = false }

[columns]
source = { type = "int", help = "id of a neuron that feeds the first layer" }
source_name = { type = "text", help = "name of that neuron" }
target = { type = "int", help = "id of a neuron of the second layer" }
target_name = { type = "text", help = "name of that neuron" }
weight = { type = "float", unit = "products of weights", help = "combined weight; pairs of 0 are left out" }
bias = { type = "float", unit = "units of the neuron's sum", help = "combined bias of the target: its value where nothing feeds the first layer, and all inputs are 0" }
*/
//% set before, after = ("<-", "-") if forward else ("-", "->")
MATCH (n:Neuron) WHERE n.model = $model /*{ where("first", "n") }*/
SET n._first = true
WITH count(*) AS through
// The bias of each neuron together with what is before it, where the first have none but their own.
MATCH (n:Neuron) WHERE n.model = $model /*{ where("second", "n") }*/
WITH max(n.layer_index) AS last
MATCH (l:Layer) WHERE l.model = $model AND l.index <= last
WITH l ORDER BY l.index
CALL (l) {
  MATCH (n:Neuron) WHERE n.model = $model AND n.layer = l.name
  OPTIONAL MATCH (n)<-[r:CONNECTS_TO]-(o:Neuron) WHERE o.model = $model
  WITH n, coalesce(n.bias, 0.0)
    + sum(r./*{ by }*/ * CASE WHEN o._first THEN coalesce(o.bias, 0.0) ELSE o._bias END) AS bias
  SET n._bias = bias
}
WITH count(*) AS layers
//% if forward
// Each neuron that feeds the first has a place in lists: what a neuron passes on of each.
MATCH (n:Neuron)-[:CONNECTS_TO]->(f:Neuron)
WHERE n.model = $model AND f.model = $model /*{ where("first", "f") }*/
WITH DISTINCT n ORDER BY n.id
WITH collect(n) AS near
UNWIND range(0, size(near) - 1) AS i
WITH near[i] AS n, i
SET n._place = i
WITH collect({id: n.id, name: n.name}) AS near
CALL (near) {
  MATCH (f:Neuron) WHERE f.model = $model /*{ where("first", "f") }*/
  CALL (near, f) {
    MATCH (f)<-[r:CONNECTS_TO]-(n:Neuron) WHERE n.model = $model
    WITH near, collect([r./*{ by }*/, n._place]) AS parts
    RETURN [i IN range(0, size(near) - 1) | reduce(sum = 0.0, part IN parts |
      CASE WHEN part[1] = i THEN sum + part[0] ELSE sum END)] AS passes
  }
  SET f._passes = passes
}
WITH near, count(*) AS through
//% else
// Each of the second has a place in lists: what a neuron gets of each, and what it passes on.
MATCH (n:Neuron) WHERE n.model = $model /*{ where("second", "n") }*/
WITH n ORDER BY n.id
WITH collect(n) AS near
UNWIND range(0, size(near) - 1) AS i
WITH near[i] AS n, [j IN range(0, size(near) - 1) | CASE WHEN j = i THEN 1.0 ELSE 0.0 END] AS one
SET n._passes = one
WITH collect({id: n.id, name: n.name, bias: n._bias}) AS near
//% endif
MATCH (l:Layer) WHERE l.model = $model
WITH near, l ORDER BY l.index/*{ "" if forward else " DESC" }*/
CALL (near, l) {
  MATCH (n:Neuron) WHERE n.model = $model AND n.layer = l.name
  CALL (near, n) {
    MATCH (n)/*{ before }*/[r:CONNECTS_TO]/*{ after }*/(o:Neuron)
    WHERE o.model = $model AND o._passes IS NOT NULL
    WITH near, collect([r./*{ by }*/, o._passes]) AS parts
    WHERE size(parts) > 0
    RETURN [i IN range(0, size(near) - 1) |
      reduce(sum = 0.0, part IN parts | sum + part[0] * part[1][i])] AS gets
  }
  WITH n, gets, CASE WHEN n._first THEN n._passes WHEN n._passes IS NULL THEN gets
    ELSE [i IN range(0, size(gets) - 1) | gets[i] + n._passes[i]] END AS passes
  SET n._gets = gets, n._passes = passes
}
WITH near, count(*) AS layers
//% if not forward
CALL (near) {
  MATCH (n:Neuron)-[:CONNECTS_TO]->(f:Neuron)
  WHERE n.model = $model AND f.model = $model AND f._first AND f._gets IS NOT NULL
  WITH DISTINCT near, n
  CALL (near, n) {
    MATCH (n)-[r:CONNECTS_TO]->(f:Neuron)
    WHERE f.model = $model AND f._first AND f._gets IS NOT NULL
    WITH near, collect([r./*{ by }*/, f._gets]) AS parts
    RETURN [i IN range(0, size(near) - 1) |
      reduce(sum = 0.0, part IN parts | sum + part[0] * part[1][i])] AS combined
  }
  SET n._combined = combined
}
WITH near, count(*) AS feeding
//% endif
MATCH (n:Neuron) WHERE n.model = $model
WITH near, n, n./*{ "_gets" if forward else "_combined" }*/ AS weights, n._bias AS bias
REMOVE n._first, n._bias, n._place, n._passes, n._gets, n._combined
WITH near, n, weights, bias
WHERE weights IS NOT NULL /*{ where("second", "n") if forward else "" }*/
UNWIND range(0, size(weights) - 1) AS i
WITH near[i] AS other, n, weights[i] AS weight, bias
WHERE weight <> 0
//% if forward
RETURN other.id AS source, other.name AS source_name, n.id AS target, n.name AS target_name,
  weight, bias
//% else
RETURN n.id AS source, n.name AS source_name, other.id AS target, other.name AS target_name,
  weight, other.bias AS bias
//% endif
ORDER BY source, target
