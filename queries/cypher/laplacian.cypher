/*
summary = "The directed Laplacian of some neurons and the relationships between them."
theme = "matrix"
order = "by source, then by target"
definition = "Chung (2005), Laplacians and the Cheeger inequality for directed graphs, section 2; networkx.directed_laplacian_matrix of absolute weights: I - (S P S^-1 + S^-1 P^T S) / 2, with P the probabilities of a random walk and S the root of its stationary distribution"
reads = "edges"
not_embedded = "LadybugDB has no CALL subqueries"
not_finite = "Not defined, and an error that names the layers, where such a weight is between the neurons."
example = { neurons = "id:768..809" }
main = ["source_name", "target_name", "laplacian"]

[parameters]
neurons = { type = "neurons", help = "which neurons, such as those of some layers" }
walk = { choices = ["pagerank", "random", "lazy"], default = "pagerank", help = "pagerank: jumps anywhere with probability 1 - alpha; random and lazy need a graph in which each neuron reaches every other, which a feed-forward model is not" }
alpha = { type = "float", default = 0.95, help = "probability of following a relationship, for pagerank; between 0 and 1" }
by = { shared = true }

[columns]
source = { type = "int", help = "id of the neuron of the row" }
source_name = { type = "text", help = "name of that neuron" }
target = { type = "int", help = "id of the neuron of the column" }
target_name = { type = "text", help = "name of that neuron" }
laplacian = { type = "float", help = "entry of the matrix, which is symmetric; each has a row" }
*/
// A walk that never jumps does not come back where relationships go forward only: it has no answer.
MATCH (n:Neuron) WHERE n.model = $model AND $walk = 'pagerank' /*{ where("neurons", "n") }*/
SET n._score = 1.0
WITH count(*) AS neurons
// The stationary distribution of the walk, but for a factor: _share is what goes on for each unit of
// weight. Neurons that are joined twice count as joined by the sum.
MATCH (l:Layer) WHERE l.model = $model
WITH neurons, l ORDER BY l.index
CALL (l) {
  MATCH (n:Neuron) WHERE n.model = $model AND n.layer = l.name AND n._score IS NOT NULL
  OPTIONAL MATCH (n)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model AND s._share IS NOT NULL
  WITH n, s, abs(sum(r./*{ by }*/)) AS weight
  WITH n, 1 + $alpha * sum(weight * s._share) AS score
  OPTIONAL MATCH (n)-[r:CONNECTS_TO]->(t:Neuron) WHERE t.model = $model AND t._score IS NOT NULL
  WITH n, score, t, abs(sum(r./*{ by }*/)) AS weight
  WITH n, score, sum(weight) AS strength
  SET n._score = score, n._strength = strength,
    n._share = CASE WHEN strength = 0 THEN 0.0 ELSE score / strength END
}
WITH neurons, count(*) AS layers
MATCH (n:Neuron) WHERE n.model = $model AND n._score IS NOT NULL
WITH neurons, n, n._score AS score, n._strength AS strength
REMOVE n._score, n._strength, n._share
WITH neurons, n, score, strength ORDER BY n.id
WITH neurons, collect({neuron: n, score: score, strength: strength}) AS chosen
UNWIND chosen AS one
UNWIND chosen AS other
WITH neurons, one, other, one.neuron AS s, other.neuron AS t
CALL (s, t) {
  OPTIONAL MATCH (s)-[r:CONNECTS_TO]->(t) RETURN abs(sum(r./*{ by }*/)) AS there
}
CALL (s, t) {
  OPTIONAL MATCH (t)-[r:CONNECTS_TO]->(s) RETURN abs(sum(r./*{ by }*/)) AS back
}
WITH s, t, sqrt(one.score / other.score) AS root,
  CASE WHEN one.strength = 0 THEN 1.0 / neurons
    ELSE $alpha * there / one.strength + (1 - $alpha) / neurons END AS there,
  CASE WHEN other.strength = 0 THEN 1.0 / neurons
    ELSE $alpha * back / other.strength + (1 - $alpha) / neurons END AS back
RETURN s.id AS source, s.name AS source_name, t.id AS target, t.name AS target_name,
  CASE WHEN s = t THEN 1.0 ELSE 0.0 END - (root * there + back / root) / 2 AS laplacian
ORDER BY source, target
