/*
summary = "How many relationships end and begin at each neuron."
theme = "centrality"
order = "by id"
score = "degree"
reads = "edges"
example = { neurons = "input_layer" }
main = ["name", "in_degree", "out_degree", "degree"]

[parameters]
neurons = { type = "neurons", help = "which neurons to return" }

[columns]
id = { type = "int", help = "id of the neuron" }
name = { type = "text", help = "name of the neuron" }
layer = { type = "text", help = "name of the layer" }
in_degree = { type = "int", help = "number of relationships into it" }
out_degree = { type = "int", help = "number of relationships out of it" }
degree = { type = "int", help = "in_degree + out_degree" }
*/
MATCH (n:Neuron) WHERE n.model = $model /*{ where("neurons", "n") }*/
WITH n,
  COUNT { MATCH (n)<-[:CONNECTS_TO]-(s:Neuron) WHERE true /*{ within("s") }*/ } AS in_degree,
  COUNT { MATCH (n)-[:CONNECTS_TO]->(t:Neuron) WHERE true /*{ within("t") }*/ } AS out_degree
RETURN n.id AS id, n.name AS name, n.layer AS layer,
  in_degree, out_degree, in_degree + out_degree AS degree
ORDER BY id
