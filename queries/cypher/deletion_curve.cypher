/*
summary = "What a model says while pixels are deleted from an input, or inserted, those of the largest attribution first."
theme = "intervention"
order = "inputs as they are given, then by step"
reads = "edges"
definition = "Petsiuk et al. (2018), RISE, sec. 4.3: deletion and insertion. area is that under value over share, by trapezoids. A pixel is all channels at a place; of an input of one or two axes each number by itself, so each token id, which counts by what comes through its token"
not_stated = "it computes the model at an input, and Cypher lacks functions that neurons apply, such as erf"
not_finite = "Not defined, and an error that names the layers."
example = { input = "samples/digits.npz:7" }
main = ["step", "share", "value", "area", "input"]

[parameters]
input = { shared = true }
how = { choices = ["deletion", "insertion"], default = "deletion", help = "whether pixels are deleted from the input, or inserted where all are deleted" }
points = { type = "int", default = 10, least = 1, most = 1000000, unit = "steps", help = "in how many steps, of equally many pixels; at most one a pixel" }
patch = { type = "input", help = "one sample, whose pixels stand where some are deleted; by default zeros, of token ids the token 0" }
towards = { shared = true }
rule = { shared = true }
products = { shared = true }
baseline = { shared = true }
steps = { shared = true }

[columns]
input = { type = "text", help = "which sample: its file and row, or its number" }
towards = { type = "text", help = "the target" }
step = { type = "int", help = "the step, from 0" }
pixels = { type = "int", help = "how many pixels are deleted, or inserted" }
share = { type = "float", help = "the same as a share of all pixels, 0 to 1" }
target = { type = "float", unit = "units of the target", help = "the target" }
value = { type = "float", unit = "units of the target's output", help = "the same after its activation function: of a softmax or a sigmoid the probability" }
area = { type = "float", unit = "units of the target's output", help = "area under value of all steps of the input: small is good of a deletion, large of an insertion" }
*/
