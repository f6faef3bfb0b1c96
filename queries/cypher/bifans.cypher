/*
summary = "How many bi-fans there are: two neurons that both feed the same two neurons."
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
share = { type = "float", help = "the same as a share of all pairs of sources with all pairs of targets; null where there are none" }
*/
