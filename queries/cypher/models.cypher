/*
summary = "The models in the graph, complete or not."
theme = "stored"
order = "by name"
main = ["name", "state", "neurons", "edges", "layers"]

[columns]
name = { type = "text", help = "name of the model" }
state = { type = "text", help = "complete; loading, where a load runs or was interrupted; dropping, where a removal was; damaged, where its note cannot be read" }
layers = { type = "int", help = "number of layers that have neurons" }
neurons = { type = "int", help = "number of nodes" }
edges = { type = "int", help = "number of relationships" }
granularity = { type = "text", help = "what a node stands for: a neuron, all neurons of a channel, or of a layer" }
replayable = { type = "bool", help = "true where the graph computes what the model computes; false where relationships or layers were left out" }
input_shapes = { type = "text", help = "shape of each input, as JSON" }
output_shapes = { type = "text", help = "shape of each output, as JSON" }
source = { type = "text", help = "what saved the model, such as Keras 3.15.1" }
loaded_at = { type = "text", help = "when the load began, UTC" }
sha256 = { type = "text", help = "SHA-256 of the model file" }
key = { type = "text", help = "what its neurons and layers have as their property model" }
schema_version = { type = "int", help = "version of the graph's schema" }
load_id = { type = "text", help = "what tells this load of the model from any other" }
checksum = { type = "text", help = "checksum of the properties of the model and its layers" }
edited = { type = "bool", help = "true where somebody's Cypher has changed something since the load" }
*/
MATCH (m:Model)
RETURN m.name AS name, m.state AS state, m.layers AS layers, m.neurons AS neurons,
  m.edges AS edges, m.granularity AS granularity, m.replayable AS replayable,
  m.input_shapes AS input_shapes, m.output_shapes AS output_shapes, m.source AS source,
  m.loaded_at AS loaded_at, m.sha256 AS sha256, m.key AS key,
  m.schema_version AS schema_version, m.load_id AS load_id, m.checksum AS checksum,
  m.edited AS edited
ORDER BY name
