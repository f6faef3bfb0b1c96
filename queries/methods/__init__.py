"""The methods of ``NeuronGraph``, a file a theme."""
