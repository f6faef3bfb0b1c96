/*
summary = "Neurons without any path to an output of the model, or without any from an input."
theme = "structure"
order = "by id"
definition = "reachability, as networkx.ancestors and networkx.descendants have it; outputs are the neurons of layers that feed none, inputs those of layers that none feeds"
reads = "edges"
not_embedded = "LadybugDB has no CALL subqueries"
not_finite = "A relationship of NaN is not of at most any weight, and counts as present."
example = { neurons = "conv_1", threshold = 0.5 }
main = ["name", "from_input", "to_output"]

[parameters]
neurons = { type = "neurons", help = "among which neurons to look" }
threshold = { type = "float", default = 0, least = 0, bounds_weights = true, unit = "units of the weights", help = "relationships of at most this absolute weight count as absent" }
by = { shared = true }

[columns]
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
from_input = { type = "bool", help = "whether there is a path from an input to it; without one its value is constant" }
to_output = { type = "bool", help = "whether there is a path from it to an output; without one it changes nothing" }
*/
// From the inputs on, then from the outputs back: which neurons paths reach is kept in properties.
MATCH (l:Layer) WHERE l.model = $model
WITH l, NOT EXISTS { (l)<-[:NEXT]-(before:Layer) WHERE before.model = $model } AS begins
ORDER BY l.index
CALL (l, begins) {
  MATCH (n:Neuron) WHERE n.model = $model AND n.layer = l.name
    AND (begins OR EXISTS {
      (n)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model AND s._from_input
        AND /*{ among("n", "s", "NOT abs(r." ~ by ~ ") <= $threshold") }*/
    })
  SET n._from_input = true
}
WITH count(*) AS layers
MATCH (l:Layer) WHERE l.model = $model
WITH l, NOT EXISTS { (l)-[:NEXT]->(after:Layer) WHERE after.model = $model } AS ends
ORDER BY l.index DESC
CALL (l, ends) {
  MATCH (n:Neuron) WHERE n.model = $model AND n.layer = l.name
    AND (ends OR EXISTS {
      (n)-[r:CONNECTS_TO]->(t:Neuron) WHERE t.model = $model AND t._to_output
        AND /*{ among("n", "t", "NOT abs(r." ~ by ~ ") <= $threshold") }*/
    })
  SET n._to_output = true
}
WITH count(*) AS layers
MATCH (l:Layer) WHERE l.model = $model
MATCH (n:Neuron) WHERE n.model = $model AND n.layer = l.name
WITH n, n._from_input IS NOT NULL AS from_input, n._to_output IS NOT NULL AS to_output
REMOVE n._from_input, n._to_output
WITH n, from_input, to_output
WHERE NOT (from_input AND to_output) /*{ where("neurons", "n") }*/
RETURN n.id AS id, n.name AS name, n.layer AS layer, from_input, to_output
ORDER BY id
