"""Damage model files in every way that a file can be damaged, the same for the same seed."""

import io
import json
import random
import shutil
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tests.keras2.files import keras2
from tests.unit.onnx_models import convolutional, made, saved
from tests.unit.onnx_models import random as drawn

SUFFIXES = (".keras", ".h5")
_WEIGHTS = "model.weights.h5"
_OLD_ARCHIVE = Path(__file__).parents[1] / "unit" / "archives" / "tensorflow-2.13.1.keras"

_ODD: list[Any] = [
    None,
    True,
    -1,
    0,
    3,
    10**6,
    10**12,
    10**30,
    1e308,
    float("nan"),
    "",
    "Lambda",
    "TFSMLayer",
    "Functional",
    "os",
    "system",
    "builtins",
    "keras.src.layers",
    "' OR 1=1 //`\"\\\n\0",
    "../../../tmp/x",
    "\u00e9\u4e2d\U0001f600",
    "x" * 10_000,
    [],
    {},
    [None],
    [[[[1]]]],
    {"class_name": "__lambda__", "config": {"value": "4wE="}},
    {"class_name": "function", "config": "system", "module": "os"},
    {"module": "os", "class_name": "system", "config": {"command": "touch sentinel"}},
]


def save_samples(folder: Path) -> list[Path]:
    """Save small models of several topologies, by Keras 3 and by Keras 2, and as ONNX."""
    import keras

    layers = keras.layers
    image, row = keras.Input((5, 4, 2), name="image"), keras.Input((6,), name="row")
    seen = layers.Conv2D(3, 2, activation="relu", name="conv")(image)
    seen = layers.BatchNormalization(name="norm")(layers.MaxPooling2D(name="pool")(seen))
    both = layers.Concatenate(name="both")([layers.Flatten(name="flat")(seen), row * 2 + 1])
    merged = keras.Model([image, row], layers.Dense(3, activation="softmax", name="odds")(both))
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="a")], name="inner")
    steps = keras.Input((4, 3), name="steps")
    nested = keras.Model(steps, layers.Flatten()(layers.TimeDistributed(inner)(steps)))
    chain = keras.Sequential(
        [keras.Input((6, 2)), layers.Conv1D(2, 3, padding="same"), layers.GlobalMaxPooling1D()]
    )
    files = []
    for name, model in {"merged": merged, "nested": nested, "chain": chain}.items():
        for suffix in SUFFIXES:
            files.append(folder / f"{name}{suffix}")
            with warnings.catch_warnings():
                # Keras calls HDF5 old, and copies tensors in a way that NumPy warns of.
                warnings.simplefilter("ignore")
                model.save(files[-1])
    return [*files, *_old_samples(folder), *_onnx_samples(folder)]


def _old_samples(folder: Path) -> list[Path]:
    """Save a model of several kinds of layers in both formats of Keras 2."""
    archive = Path(shutil.copy(_OLD_ARCHIVE, folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old = keras2()
        given = old.Input((4,), name="given")
        inner = old.Sequential([old.layers.Dense(3, input_shape=(4,), name="a/b")], name="inner")
        model = old.Model(given, inner(given)[:, ::-1] * 2.0 + inner(given))
        model.save(folder / "old.h5")
    return [archive, folder / "old.h5"]


def _onnx_samples(folder: Path) -> list[Path]:
    """Save ONNX models: with weights in the file and beside it, and with recurrent steps."""
    beside = convolutional()
    weights = beside.graph.initializer[0]
    (folder / "beside.data").write_bytes(weights.raw_data)
    weights.ClearField("raw_data")
    weights.data_location = weights.EXTERNAL
    # A mutation is written beside the folder of the samples.
    weights.external_data.add(key="location", value=f"{folder.name}/beside.data")
    steps = made(
        [
            ("LSTM", "x w u", "h", {"hidden_size": 2}),
            ("Shape", "x", "s", {}),
            ("Reshape", "h s", "r", {}),
            ("ReduceMean", "r axes", "m", {"keepdims": 0}),
            ("Gemm", "m g", "y", {"alpha": 0.5}),
        ],
        {"x": (3, "n", 2)},
        weights={
            "w": drawn(1, 8, 2),
            "u": drawn(1, 8, 2),
            "axes": np.array([0]),
            "g": drawn(2, 3),
        },
    )
    models = {"plain": convolutional(), "beside": beside, "steps": steps}
    return [saved(model, folder, f"{name}.onnx") for name, model in models.items()]


def mutated(samples: list[Path], number: int, seed: int, folder: Path) -> tuple[str, Path]:
    """Write the mutation of a number; return its kind and its file."""
    chance = random.Random(f"{seed}/{number}")
    source = chance.choice(samples)
    content = source.read_bytes()
    kinds = _BYTES | {".keras": _ARCHIVE, ".onnx": _ONNX}.get(source.suffix, _HDF5)
    kind = chance.choice(sorted(kinds))
    path = folder / f"{number}{source.suffix}"
    path.write_bytes(kinds[kind](content, chance))
    return f"{kind} of {source.name}", path


def _flipped(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice([1, 3, 10, 100])):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _at_the_head(content: bytes, chance: random.Random) -> bytes:
    """Change bytes where the structures are, not the weights."""
    changed = bytearray(content)
    for _ in range(chance.choice([1, 2, 5, 20])):
        changed[chance.randrange(min(2048, len(changed)))] = chance.choice([0, 1, 127, 128, 255])
    return bytes(changed)


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _spliced(content: bytes, chance: random.Random) -> bytes:
    start, other = chance.randrange(len(content)), chance.randrange(len(content))
    length = chance.choice([4, 64, 512, 4096])
    return content[:start] + content[other : other + length] + content[start + length :]


def _inserted(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + chance.randbytes(chance.choice([1, 8, 512])) + content[at:]


def _zeroed(content: bytes, chance: random.Random) -> bytes:
    at, length = chance.randrange(len(content)), chance.choice([8, 64, 1024])
    return content[:at] + bytes(len(content[at : at + length])) + content[at + length :]


def _odd_config(text: str | bytes, chance: random.Random) -> str:
    config = json.loads(text)
    for _ in range(chance.choice([1, 1, 2, 5])):
        places = list(_places(config))
        if not places:
            break
        holder, key = chance.choice(places)
        action = chance.randrange(4)
        if action == 0:
            del holder[key]
        elif action == 1:
            other, there = chance.choice(places)
            holder[key] = json.loads(json.dumps(other[there]))
        else:
            holder[key] = chance.choice(_ODD)
    return json.dumps(config)


def _places(config: Any) -> Iterator[tuple[Any, Any]]:
    keys = config if isinstance(config, dict) else range(len(config))
    for key in list(keys):
        yield config, key
        if isinstance(config[key], dict | list):
            yield from _places(config[key])


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zipped(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    written = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(written, "w", method) as archive:
        # zipfile warns of a name that is there twice.
        warnings.simplefilter("ignore")
        for name, data in members:
            archive.writestr(name, data)
    return written.getvalue()


def _archive_config(content: bytes, chance: random.Random) -> bytes:
    members = _members(content)
    members["config.json"] = _odd_config(members["config.json"], chance).encode()
    return _zipped(list(members.items()))


def _archive_members(content: bytes, chance: random.Random) -> bytes:
    members = list(_members(content).items())
    name, data = chance.choice(members)
    change = chance.choice(["twice", "gone", "damaged", "packed", "outside"])
    if change == "twice":
        members.append((name, _flipped(data, chance)))
    elif change == "gone":
        members.remove((name, data))
    elif change == "damaged":
        members[members.index((name, data))] = (name, _spliced(data, chance))
    elif change == "outside":
        members += [("../outside", b"1"), ("/tmp/outside", b"1"), ("assets/../../x", b"1")]  # noqa: S108
    return _zipped(members, zipfile.ZIP_DEFLATED if change == "packed" else zipfile.ZIP_STORED)


def _archive_weights(content: bytes, chance: random.Random) -> bytes:
    members = _members(content)
    change = chance.choice(
        [_flipped, _at_the_head, _cut, _spliced, _zeroed, _datasets, _attributes]
    )
    members[_WEIGHTS] = change(members[_WEIGHTS], chance)
    return _zipped(list(members.items()))


def _opened(content: bytes, change: Callable[[Any], object]) -> bytes:
    written = io.BytesIO(content)
    with h5py.File(written, "r+") as file:
        change(file)
    return written.getvalue()


def _of_type(file: Any, kind: type) -> list[str]:
    found: list[str] = []
    file.visititems(lambda name, item: found.append(name) if isinstance(item, kind) else None)
    return found


def _datasets(content: bytes, chance: random.Random) -> bytes:
    """Change the shape or type of a dataset, or exchange two."""

    def change(file: Any) -> None:
        names = _of_type(file, h5py.Dataset)
        name, other = chance.choice(names), chance.choice(names)
        what = chance.randrange(6)
        if what == 0 and name != other:
            file.move(name, "spare")
            file.move(other, name)
            file.move("spare", other)
            return
        del file[name]
        if what == 1:
            file.create_dataset(name, (10**6, 10**6), "f4", chunks=(64, 64), compression="gzip")
        elif what == 2:
            file[name] = h5py.SoftLink("/" + other)
        elif what == 3:
            file[name] = h5py.ExternalLink("/etc/passwd", "/")
        elif what == 4:
            file[name] = chance.choice(["text", np.zeros((0, 3)), np.zeros((), "f8")])

    return _opened(content, change)


def _attributes(content: bytes, chance: random.Random) -> bytes:
    def change(file: Any) -> None:
        name = chance.choice(["/", *_of_type(file, h5py.Group)])
        attributes = file[name].attrs
        key = chance.choice([*attributes, "weight_names", "layer_names", "model_config"])
        value = chance.choice(
            ["text", b"\xff\xfe", 1, np.zeros(3), [], ["../x", "/", "."], h5py.Empty("f4"), "{}"]
        )
        attributes[key] = value

    return _opened(content, change)


def _hdf5_config(content: bytes, chance: random.Random) -> bytes:
    def change(file: Any) -> None:
        file.attrs["model_config"] = _odd_config(file.attrs["model_config"], chance)

    return _opened(content, change)


_ODD_NUMBERS = [-1, 0, 1, 2, 3, 7, 30, 10**4, 10**9, 1 << 31, 1 << 40, (1 << 62) + 1]
_ODD_TEXTS = ["", "x", "y", "c", "../x", "/etc/passwd", "\u00e9\u4e2d", "n" * 5_000, "a\0b"]
_ODD_OPERATIONS = [
    "Conv",
    "ConvTranspose",
    "MaxPool",
    "AveragePool",
    "Gemm",
    "MatMul",
    "Einsum",
    "Reshape",
    "Transpose",
    "Slice",
    "Gather",
    "Pad",
    "Expand",
    "Tile",
    "Concat",
    "Split",
    "Resize",
    "Range",
    "ConstantOfShape",
    "OneHot",
    "Loop",
    "If",
    "Scan",
    "LSTM",
    "GRU",
    "TopK",
    "Cast",
    "Where",
    "Mod",
    "Softmax",
    "LayerNormalization",
    "Attention",
    "QLinearConv",
    "Unknown",
]


def _odd_graph(content: bytes, chance: random.Random) -> bytes:
    """Change the fields of an ONNX graph, which stays well-formed as a message."""
    from onnx import ModelProto

    model = ModelProto()
    model.ParseFromString(content)
    for _ in range(chance.choice([1, 1, 2, 5])):
        _odd_message(model, chance)
    return bytes(model.SerializeToString())


def _odd_message(model: Any, chance: random.Random) -> None:
    """Change a field of a message of a model, or delete, copy or exchange what it repeats."""
    message, field = chance.choice(list(_fields(model)))
    value = getattr(message, field.name)
    many = not isinstance(value, str | bytes | int | float) and hasattr(value, "__len__")
    if many and len(value) and (action := chance.randrange(4)):
        place = chance.randrange(len(value))
        if action == 1:
            del value[place]
            return
        if action == 2:
            value.extend([value[place]] * chance.choice([1, 1, 1_000]))
            return
        values = list(value)
        chance.shuffle(values)
        del value[:]
        value.extend(values)
        return
    if field.type in {field.TYPE_MESSAGE, field.TYPE_BYTES}:
        message.ClearField(field.name)
        return
    odd: list[Any] = _ODD_OPERATIONS if field.name == "op_type" else _ODD_TEXTS
    if field.type != field.TYPE_STRING:
        odd = [1, 2, 7] if field.enum_type else _ODD_NUMBERS
    new = chance.choice(odd)
    with suppress(ValueError):
        # A field of 32 bits takes no longer numbers.
        if many:
            value.append(new)
        else:
            setattr(message, field.name, new)


def _fields(message: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the fields of a message that are set, and those of the messages in it."""
    for field, value in message.ListFields():
        yield message, field
        if field.type == field.TYPE_MESSAGE:
            for inner in value if hasattr(value, "__len__") else [value]:
                yield from _fields(inner)


Mutation = Callable[[bytes, random.Random], bytes]
_BYTES: dict[str, Mutation] = {
    "bits flipped": _flipped,
    "structures overwritten": _at_the_head,
    "cut": _cut,
    "blocks spliced": _spliced,
    "bytes inserted": _inserted,
    "zeros": _zeroed,
}
_ARCHIVE: dict[str, Mutation] = {
    "odd settings": _archive_config,
    "odd settings again": _archive_config,
    "odd members": _archive_members,
    "odd weights": _archive_weights,
}
_HDF5: dict[str, Mutation] = {
    "odd settings": _hdf5_config,
    "odd settings again": _hdf5_config,
    "odd datasets": _datasets,
    "odd attributes": _attributes,
}
_ONNX: dict[str, Mutation] = {
    "odd graph": _odd_graph,
    "odd graph again": _odd_graph,
    "odd graph once more": _odd_graph,
}
