/*
summary = "How many bi-fans there are: two neurons that both feed the same two neurons."
theme = "structure"
order = "one row"
definition = "Milo et al. (2002), Network Motifs: Simple Building Blocks of Complex Networks, bi-fan; counted from how many neurons each pair feeds together, whether or not other relationships join the four"
reads = "edges"
not_finite = "A relationship of NaN is not of at most any weight, and counts as present."
example = { source = "dense_0", target = "dense_1", threshold = 0.1 }

[parameters]
source = { type = "neurons", required = true, help = "neurons that feed" }
target = { type = "neurons", required = true, help = "neurons that are fed" }
threshold = { type = "float", default = 0, least = 0, bounds_weights = true, unit = "units of the weights", help = "relationships of at most this absolute weight count as absent" }
by = { shared = true }

[columns]
sources = { type = "int", help = "number of neurons that may feed" }
targets = { type = "int", help = "number of neurons that may be fed" }
pairs = { type = "int", help = "number of source and target pairs that are joined" }
bifans = { type = "int", help = "number of bi-fans" }
share = { type = "float", help = "bi-fans as a share of all pairs of sources with all pairs of targets; null where there are none" }
*/
//% if store == "neo4j"
MATCH (s:Neuron) WHERE s.model = $model /*{ where("source", "s") }*/
WITH count(*) AS sources
MATCH (t:Neuron) WHERE t.model = $model /*{ where("target", "t") }*/
WITH sources, count(*) AS targets
// Pairs of sources and pairs of targets lead to the same number: of the fewer neurons, each pair is
// counted. A neuron makes a pair with itself as well, for the number of its relationships.
CALL (sources, targets) {
  WITH sources, targets WHERE sources <= targets
  MATCH (s:Neuron) WHERE s.model = $model /*{ where("source", "s") }*/
  CALL (s) {
    MATCH (s)-[r:CONNECTS_TO]->(t:Neuron) WHERE t.model = $model /*{ where("target", "t") }*/
      AND /*{ among("s", "t", "NOT abs(r." ~ by ~ ") <= $threshold") }*/
    WITH DISTINCT s, t
    MATCH (t)<-[r:CONNECTS_TO]-(second:Neuron)
    WHERE second.model = $model /*{ where("source", "second") }*/
      AND /*{ among("t", "second", "NOT abs(r." ~ by ~ ") <= $threshold") }*/
      // Not compared: no index is to find what few relationships lead to.
      AND second.id - s.id >= 0
    WITH s AS first, second, count(DISTINCT t) AS together
    RETURN sum(CASE WHEN first = second THEN together ELSE 0 END) AS pairs,
      sum(CASE WHEN first = second THEN 0 ELSE together * (together - 1) / 2 END) AS bifans
  }
  RETURN pairs, bifans
UNION ALL
  WITH sources, targets WHERE sources > targets
  MATCH (t:Neuron) WHERE t.model = $model /*{ where("target", "t") }*/
  CALL (t) {
    MATCH (t)<-[r:CONNECTS_TO]-(s:Neuron) WHERE s.model = $model /*{ where("source", "s") }*/
      AND /*{ among("t", "s", "NOT abs(r." ~ by ~ ") <= $threshold") }*/
    WITH DISTINCT t, s
    MATCH (s)-[r:CONNECTS_TO]->(second:Neuron)
    WHERE second.model = $model /*{ where("target", "second") }*/
      AND /*{ among("s", "second", "NOT abs(r." ~ by ~ ") <= $threshold") }*/
      AND second.id - t.id >= 0
    WITH t AS first, second, count(DISTINCT s) AS together
    RETURN sum(CASE WHEN first = second THEN together ELSE 0 END) AS pairs,
      sum(CASE WHEN first = second THEN 0 ELSE together * (together - 1) / 2 END) AS bifans
  }
  RETURN pairs, bifans
}
WITH sources, targets, sum(pairs) AS pairs, sum(bifans) AS bifans
//% else
// A neuron makes a pair with itself as well, for the number of its relationships. LadybugDB joins two
// relationships rightly only if the first are collected before.
MATCH (s:Neuron)-[r:CONNECTS_TO]->(t:Neuron)
WHERE NOT $threshold >= abs(r./*{ by }*/) /*{ where("source", "s") }*/ /*{ where("target", "t") }*/
WITH t, collect(DISTINCT s.id) AS joined
UNWIND joined AS first
UNWIND joined AS second
WITH t, first, second
WHERE first <= second
WITH first, second, count(*) AS together
WITH coalesce(sum(CASE WHEN first = second THEN together END), 0) AS pairs,
  coalesce(sum(CASE WHEN first < second THEN together * (together - 1) / 2 END), 0) AS bifans
MATCH (s:Neuron) WHERE s.model = $model /*{ where("source", "s") }*/
WITH pairs, bifans, count(*) AS sources
MATCH (t:Neuron) WHERE t.model = $model /*{ where("target", "t") }*/
WITH pairs, bifans, sources, count(*) AS targets
//% endif
WITH sources, targets, pairs, bifans,
  0.25 * sources * (sources - 1) * targets * (targets - 1) AS possible
RETURN sources, targets, pairs, bifans, CASE WHEN possible > 0 THEN bifans / possible END AS share
