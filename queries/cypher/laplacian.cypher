/*
summary = "The directed Laplacian of some neurons and the relationships between them."
definition = "Chung (2005), Laplacians and the Cheeger inequality for directed graphs, section 2; networkx.directed_laplacian_matrix of absolute weights: I - (S P S^-1 + S^-1 P^T S) / 2, with P the probabilities of a random walk and S the root of its stationary distribution"
reads = "edges"
not_stated = "it needs the inverse of a matrix, and the stationary distribution of a random walk by iteration"
not_finite = "Not defined, and an error that names the layers, where such a weight is between the neurons."
example = { neurons = "id:768..809" }

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
laplacian = { type = "float", help = "entry of the matrix, which is symmetric" }
*/
