"""Whole models of Keras layers, as people build them, tiny unless a caller says how big."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from tests.unit.wholes import convolutional, recurrent, transformers

WHOLE: Final[Mapping[str, Callable[[], Any]]] = {
    "vision transformer": transformers.vision_transformer,
    "causal language model": transformers.language_model,
    "grouped queries and gates": transformers.gated_language_model,
    "encoder and decoder": transformers.encoder_decoder,
    "encoder and decoder of padded texts": partial(transformers.encoder_decoder, padded=True),
    "conformer": transformers.conformer,
    "LSTM classifier": partial(recurrent.classifier, "LSTM"),
    "GRU classifier": partial(recurrent.classifier, "GRU"),
    "LSTM classifier of padded texts": partial(recurrent.classifier, "LSTM", padded=True),
    "GRU classifier of padded texts": partial(recurrent.classifier, "GRU", padded=True),
    "bidirectional tagger": recurrent.tagger,
    "bidirectional tagger of padded texts": partial(recurrent.tagger, padded=True),
    "sequence to sequence": recurrent.sequence_to_sequence,
    "sequence to sequence with attention": recurrent.attentive,
    "frames to a frame": recurrent.next_frame,
    "U-Net": convolutional.u_net,
    "ConvNeXt block": convolutional.convnext,
    "mixer": convolutional.mixer,
    "dilated causal convolutions": convolutional.wave_net,
}
"""How to build each, by what it is."""
