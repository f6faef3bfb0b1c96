"""The page about files that an older Keras or half precision made."""

from typing import Final

from tests.docs.markdown import NOTE

OLD_FILES: Final = """\
## What old files mean

A file of Keras 1 or 2 means what it meant to the Keras that wrote it. The layers, settings and
activation functions of Keras 2, kept alive as `tf-keras`, were compared with those of Keras 3, and
the sources of older releases were read. In these places the same words mean something else:

- `hard_sigmoid`, of any layer, was `clip(0.2 x + 0.5, 0, 1)`; the slope of Keras 3 is 1/6. The
  graph has the activation `hard_sigmoid` with `{"alpha": 0.2}`.
- `softmax_v2` and `log_softmax_v2` are `softmax` and `log_softmax`.
- The backend `theano` turned the kernels of `Conv1D` to `Conv3D` and of transposed convolutions by
  180 degrees, and so they are turned when they are read; those of depthwise and separable layers
  it did not turn.
- The backend `theano` padded `"same"` by half a window on either side. A layer for which TensorFlow
  pads otherwise is refused: one with strides, or a window of even size. So is an `UpSampling2D`
  that interpolates, and a `ConvLSTM2D` that pads so.
- Keras 1 had the filters first in kernels of channels first, exchanged in `Deconvolution2D`, and
  one axis more in `Convolution1D`. The kernels are what Keras 2 made of them. A file without a
  version is of Keras 1.
- A `BatchNormalization` of Keras 1 with `mode` 1 or 2 normalizes by its own input, and is refused.
- A `BatchNormalization` that is called with `training=True`, or in a model that is, normalizes by
  its batch in `predict` too, and is refused. Keras 3 leaves that off.
- `UpSampling2D(interpolation="bilinear")` of Keras 2.2 and 2.3, not of `tf.keras`, interpolated
  from the corners of pixels, as TensorFlow 1 did, and so does the graph.
- `RandomCrop` resizes the largest part in the middle at inference; in Keras 3 it does nothing. It
  is read as a `Resizing`.
- `UnitNormalization` took 1e-12 for a smaller square of the norm, as `tf.math.l2_normalize` does;
  Keras 3 takes 1e-12 for a smaller norm.
- `ThresholdedReLU` is a `ReLU` with a threshold; `RandomHeight` and `RandomWidth` do nothing at
  inference.
- `LocallyConnected1D`, `LocallyConnected2D` (`implementation=1`), `RandomFourierFeatures`,
  `Highway`, `MaxoutDense`, `ParametricSoftplus` and `SReLU`, which Keras 3 does not have, are
  layers of this package that compute the same.
- A `GRU` that does not say `reset_after` resets before; a `CuDNNGRU` after. `CuDNNGRU` and
  `CuDNNLSTM`, and the `LSTM`, `GRU` and `ConvLSTM2D` of Keras 1, keep their weights in another
  order: they are put into that of Keras 3.
- A layer that says no precision, or not where its channels are, has Keras's defaults, `float32` and
  `channels_last`, whatever `~/.keras/keras.json` of the reader says.

Found alike: all other activation functions; pooling and convolutions of all paddings, strides,
dilations and groups; `Resizing`, `CenterCrop` and `UpSampling` of every interpolation that both
have; the defaults of all other settings, such as `epsilon` and `axis`.

Some things a file does not say. Keras 1 did not write its backend: kernels are read as those of
TensorFlow, and so is all of the backend `cntk`. `2.2.4-tf` does not say which TensorFlow upsampled:
it is read as TensorFlow 2. Older TensorFlows raised an `epsilon` of `BatchNormalization` on images
to 1.001e-5: it is read as it is written. A `Dropout` that is called with `training=True` is read as
one at inference.

## Half precision

Layers of `float16`, `bfloat16`, `mixed_float16` and `mixed_bfloat16` are read as `float32`:
rounding is no part of the wiring. The weights are those of the file. `model.predict` rounds the
values of each layer to about 3 significant digits (`float16`) or 2 (`bfloat16`). The graph, and
the model that `verify` compares it with, do not round, so that their outputs differ in these digits
from those of `predict`. `inspect` and `load` say so; `half_precisions` of their reports names what
the file has.
"""


def old_files_page() -> str:
    """Return the page."""
    return f"{NOTE}\n# Old files\n\n{OLD_FILES}"
