"""Layers of Keras whose ``call`` cannot be followed, or joins samples where it need not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from exporter.wiring import NotWirableError


@dataclass(frozen=True, eq=False)
class _ByChannel:
    """An STFTSpectrogram that convolves one channel at a time, not as samples of a batch.

    Parameters
    ----------
    layer
        The layer, of which the rest is.
    """

    layer: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.layer, name)

    def _apply_conv(self, inputs: Any, kernel: Any) -> Any:
        from keras import ops

        axis = -1 if self.layer.data_format == "channels_last" else 1
        channels = ops.split(inputs, inputs.shape[axis], axis=axis)
        made = [self.layer._apply_conv(channel, kernel) for channel in channels]
        return ops.concatenate(made, axis=1)


def _spectrogram(layer: Any, inputs: Any) -> Any:
    return type(layer).call(_ByChannel(layer), inputs)


def _mel_spectrogram(layer: Any, inputs: Any) -> Any:
    from keras import ops

    if layer.power_to_db:
        raise NotWirableError(
            "it scales by the largest number of all samples; power_to_db=False does not"
        )
    real, imaginary = ops.stft(
        inputs,
        layer.sequence_length,
        layer.sequence_stride,
        layer.fft_length,
        layer.window,
        center=True,
    )
    length = ops.sqrt(ops.square(real) + ops.square(imaginary))
    scale = layer.linear_to_mel_weight_matrix(
        num_mel_bins=layer.num_mel_bins,
        num_spectrogram_bins=length.shape[-1],
        sampling_rate=layer.sampling_rate,
        lower_edge_hertz=layer.min_freq,
        upper_edge_hertz=layer.max_freq,
    )
    mel = ops.matmul(ops.power(length, layer.mag_exp), scale)
    return ops.swapaxes(mel, -1, -2)


LAYERS: Final[Mapping[str, Callable[..., Any]]] = {
    "MelSpectrogram": _mel_spectrogram,
    "STFTSpectrogram": _spectrogram,
}
"""What stands for the call of each layer, by its class."""
