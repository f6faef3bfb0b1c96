"""Small modules of PyTorch, whose weights are the same each time."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import torch
from torch import nn


class Block(nn.Module):  # type: ignore[misc]
    """A residual block, as torchvision's ResNet has it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(2, 3, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(3)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(3, 3, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(3)
        self.downsample = nn.Sequential(nn.Conv2d(2, 3, 1, stride=2, bias=False), nn.BatchNorm2d(3))

    def forward(self, x: Any) -> Any:
        """Return a tensor of half the height and width."""
        inner = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(inner)) + self.downsample(x))


class Net(nn.Module):  # type: ignore[misc]
    """A convolution with its batch normalization, a pool, and a layer behind them."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2)
        )
        self.classifier = nn.Linear(8, 3)

    def forward(self, x: Any) -> Any:
        """Return three numbers a picture."""
        return self.classifier(self.features(x).flatten(1))


class Recurrent(nn.Module):  # type: ignore[misc]
    """A recurrent module, and a layer that reads its last step."""

    def __init__(self, rnn: Any) -> None:
        super().__init__()
        self.rnn, self.head = rnn, nn.Linear(2, 2)

    def forward(self, x: Any) -> Any:
        """Return two numbers a sequence."""
        return self.head(self.rnn(x)[0][:, -1])


class SelfAttention(nn.Module):  # type: ignore[misc]
    """Attention of a sequence to itself; it also puts out the weights."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x: Any) -> Any:
        """Return a sequence, and what each place of it reads of each."""
        return self.attention(x, x, x)


class Encoder(nn.Module):  # type: ignore[misc]
    """An embedding and a layer of a transformer."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(7, 4)
        self.layer = nn.TransformerEncoderLayer(4, 2, 6, batch_first=True)
        self.head = nn.Linear(4, 2)

    def forward(self, tokens: Any) -> Any:
        """Return two numbers a sequence."""
        return self.head(self.layer(self.embedding(tokens)).mean(1))


Made = tuple[Any, Any]
"""A module, and what it is called with: a batch of one."""


def made(module: Callable[[], Any], example: Callable[[], Any]) -> Made:
    """Return a module with random weights and statistics, and an example of its input."""
    torch.manual_seed(0)
    own = module()
    with torch.no_grad():
        for part in own.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.running_mean.normal_()
                part.running_var.uniform_(0.5, 2)
    return own, example()


MODULES: Final[Mapping[str, Callable[[], Made]]] = {
    "net": lambda: made(Net, lambda: torch.randn(1, 1, 6, 6)),
    "block": lambda: made(Block, lambda: torch.randn(1, 2, 6, 6)),
    "lstm": lambda: made(
        lambda: Recurrent(nn.LSTM(2, 2, batch_first=True)), lambda: torch.randn(1, 2, 2)
    ),
    "gru": lambda: made(
        lambda: Recurrent(nn.GRU(2, 2, batch_first=True)), lambda: torch.randn(1, 2, 2)
    ),
    "attention": lambda: made(SelfAttention, lambda: torch.randn(1, 3, 4)),
    "encoder": lambda: made(Encoder, lambda: torch.tensor([[3, 1, 6]])),
}
