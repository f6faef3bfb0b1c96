/*
summary = "What neurons pass on to others over all layers between, as one linear map and its bias."
theme = "linear"
order = "by source, then by target"
definition = "the sum over all paths of the product of the weights along a path, A + A^2 + A^3 + ... of the adjacency matrix A, and what the biases along them add up to. Activations are ignored, and a maximum or product of inputs counts as their weighted sum: it is what the model computes where both are absent; at an input they count by what they pass on there, and the map is what the model computes. Paths through another source do not count, whose value stands for what feeds it. In channel and layer graphs biases are means"
reads = "edges"
not_embedded = "LadybugDB has no CALL subqueries"
only_finite = true
either_way = true
not_finite = "A sum over paths is NaN where one of the paths goes over NaN, or where both infinities are in it, and nowhere else."
example = { source = "conv_1", target = "dense_1" }
main = ["source_name", "target_name", "weight", "bias"]

[parameters]
source = { type = "neurons", required = true, help = "where paths begin, such as a layer" }
target = { type = "neurons", required = true, help = "where they end" }
by = { shared = true }
input = { shared = true, required = false }

[columns]
source = { type = "int", help = "id of the neuron where the paths begin" }
source_name = { type = "text", help = "name of that neuron" }
target = { type = "int", help = "id of the neuron where they end" }
target_name = { type = "text", help = "name of that neuron" }
weight = { type = "float", unit = "products of weights", help = "effective weight; pairs of 0 are left out" }
bias = { type = "float", unit = "units of the neuron's sum", help = "effective bias of the target: its value where all sources and all inputs are 0" }
*/
//% set near, far = ("source", "target") if forward else ("target", "source")
//% set before, after = ("<-", "-") if forward else ("-", "->")
MATCH (n:Neuron) WHERE n.model = $model /*{ where("source", "n") }*/
SET n._source = true
WITH count(*) AS sources
// The bias of each neuron together with what is before it, where sources pass on nothing.
MATCH (n:Neuron) WHERE n.model = $model /*{ where("target", "n") }*/
WITH max(n.layer_index) AS last
MATCH (l:Layer) WHERE l.model = $model AND l.index <= last
WITH l ORDER BY l.index
CALL (l) {
  MATCH (n:Neuron) WHERE n.model = $model AND n.layer = l.name
  OPTIONAL MATCH (n)<-[r:CONNECTS_TO]-(o:Neuron) WHERE o.model = $model AND o._source IS NULL
  WITH n, coalesce(n.bias, 0.0) + sum(r./*{ by }*/ * o._bias) AS bias
  SET n._bias = bias
}
WITH count(*) AS layers
// Each /*{ near }*/ has a place in lists: what a neuron gets of each, and what it passes on.
MATCH (n:Neuron) WHERE n.model = $model /*{ where(near, "n") }*/
WITH n ORDER BY n.id
WITH collect(n) AS near
UNWIND range(0, size(near) - 1) AS i
WITH near[i] AS n, [j IN range(0, size(near) - 1) | CASE WHEN j = i THEN 1.0 ELSE 0.0 END] AS one
SET n._passes = one
WITH collect({id: n.id, name: n.name, bias: n._bias}) AS near
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
  WITH n, gets, CASE WHEN n._source THEN n._passes WHEN n._passes IS NULL THEN gets
    ELSE [i IN range(0, size(gets) - 1) | gets[i] + n._passes[i]] END AS passes
  SET n._gets = gets, n._passes = passes
}
WITH near, count(*) AS layers
MATCH (n:Neuron) WHERE n.model = $model
WITH near, n, n._gets AS gets, n._bias AS bias
REMOVE n._source, n._bias, n._passes, n._gets
WITH near, n, gets, bias
WHERE gets IS NOT NULL /*{ where(far, "n") }*/
UNWIND range(0, size(gets) - 1) AS i
WITH near[i] AS other, n, gets[i] AS weight, bias
WHERE weight <> 0
//% if forward
RETURN other.id AS source, other.name AS source_name, n.id AS target, n.name AS target_name,
  weight, bias
//% else
RETURN n.id AS source, n.name AS source_name, other.id AS target, other.name AS target_name,
  weight, other.bias AS bias
//% endif
ORDER BY source, target
