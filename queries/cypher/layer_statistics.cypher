/*
summary = "A row a layer that is fed: range and spread of its weights, sparsity, norms, fluctuation."
definition = "spectral norm: largest singular value of the matrix of weights into the layer; fluctuation: La Malfa et al. (2021), Characterizing Learning Dynamics of Deep Neural Networks via Complex Networks, Layers Fluctuation, over the mean strength"
reads = "edges"
not_finite = "The smallest and the largest weight leave NaN out; sums, means and norms are NaN where NaN is in them, and the spectral norm is null."
example = { threshold = 0.1 }

[parameters]
threshold = { type = "float", default = 0.01, least = 0, bounds_weights = true, unit = "units of the weights", help = "absolute weight below which a weight counts as small" }
by = { shared = true }

[columns]
layer_index = { type = "int", help = "position of the layer" }
layer = { type = "text", help = "name of the layer" }
neurons = { type = "int", help = "number of neurons" }
edges = { type = "int", help = "number of relationships into the layer" }
mean = { type = "float", help = "mean weight" }
std = { type = "float", help = "standard deviation of the weights" }
min = { type = "float", help = "smallest weight" }
max = { type = "float", help = "largest weight" }
mean_absolute = { type = "float", help = "mean absolute weight" }
not_finite = { type = "int", help = "number of weights that are NaN or infinite" }
zero_share = { type = "float", help = "share of weights that are exactly 0" }
small_share = { type = "float", help = "share of weights of an absolute value below the threshold" }
frobenius_norm = { type = "float", help = "root of the sum of the squared weights" }
spectral_norm = { type = "float", help = "largest singular value of the matrix of weights; bounds how much the layer's sums stretch a vector" }
fluctuation = { type = "float", help = "standard deviation of in-strength (absolute weights) over its mean, over the neurons of the layer; null where all strengths are 0" }
*/
