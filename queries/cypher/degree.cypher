/*
summary = "How many relationships end and begin at each neuron."
reads = "edges"
example = { neurons = "input_layer" }

[parameters]
neurons = { type = "neurons", help = "which neurons to return" }

[columns]
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
in_degree = { type = "int", help = "relationships into it" }
out_degree = { type = "int", help = "relationships out of it" }
degree = { type = "int", help = "both together" }
*/
MATCH (n:Neuron) WHERE n.model = $model /*{ where("neurons", "n") }*/
RETURN n.id AS id, n.name AS name, n.layer AS layer,
  COUNT { (n)<-[:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model } AS in_degree,
  COUNT { (n)-[:CONNECTS_TO]->(t:Neuron) WHERE t.model = $model } AS out_degree,
  COUNT { (n)-[:CONNECTS_TO]-(o:Neuron) WHERE o.model = $model } AS degree
ORDER BY id
