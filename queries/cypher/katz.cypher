/*
summary = "Katz centrality, exact: one pass a layer, from the inputs on."
theme = "centrality"
order = "by id"
score = "katz"
definition = "Katz (1953); networkx.katz_centrality, not normalized: beta + alpha * sum of weight * centrality over what feeds a neuron"
reads = "edges"
not_embedded = "LadybugDB has no CALL subqueries"
not_finite = "A sum is NaN where NaN, or both infinities, are in it, and nowhere else."
example = { neurons = "dense_1" }

[parameters]
neurons = { type = "neurons", help = "which neurons to return" }
alpha = { type = "float", default = 0.1, help = "attenuation along a relationship" }
beta = { type = "float", default = 1.0, help = "what each neuron has of its own" }
weights = { choices = ["absolute", "signed"], default = "absolute", help = "what a relationship counts: |weight|, or weight" }
by = { shared = true }

[columns]
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
katz = { type = "float", help = "Katz centrality, not normalized" }
*/
// What feeds a neuron stands in earlier layers. Scores are kept in a property until all are there.
MATCH (l:Layer) WHERE l.model = $model
WITH l ORDER BY l.index
CALL (l) {
  MATCH (t:Neuron) WHERE t.model = $model AND t.layer = l.name
  OPTIONAL MATCH (t)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model
//% if weights == "absolute"
  WITH t, sum(abs(r./*{ by }*/) * s._katz) AS fed
//% else
  WITH t, sum(r./*{ by }*/ * s._katz) AS fed
//% endif
  // Where no neuron has anything of its own, no weight counts, whatever it is.
  SET t._katz = CASE WHEN $beta = 0 THEN 0.0 ELSE $beta + $alpha * fed END
}
WITH count(*) AS layers
MATCH (n:Neuron) WHERE n.model = $model
WITH n, n._katz AS katz
REMOVE n._katz
WITH n, katz
WHERE true /*{ where("neurons", "n") }*/
RETURN n.id AS id, n.name AS name, n.layer AS layer, katz
ORDER BY id
