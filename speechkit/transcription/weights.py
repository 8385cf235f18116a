"""Whisper weights in CTranslate2's `model.bin`, read and renamed into openai-whisper's checkpoint.

So both engines run on the same pinned file. Layout of the file (CTranslate2 4,
`ctranslate2/specs/model_spec.py`, `ModelSpec._serialize`), little-endian:

    u32 format version (6)   string name of the specification   u32 its revision
    u32 count, then for each tensor:  string name   u8 rank   u32 × rank shape
                                      u8 type       u32 bytes  the bytes
    u32 count, then for each alias:   string alias   string name

where a string is u16 length, then that many bytes of UTF-8, the last of them zero.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
import numpy as np

from speechkit.core.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Tensors = dict[str, NDArray[Any]]

_VERSION = 6
# CTranslate2's DataType, in its order; numpy has no bfloat16.
_TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)


def read_tensors(path: Path) -> Tensors:
    """Return the tensors of a CTranslate2 `model.bin` by name.

    Raises:
        ModelError: if the file is cut off, or not of the version and types that are known here.
    """
    try:
        with path.open("rb") as file:
            version, _, _, count = _u32(file), _string(file), _u32(file), _u32(file)
            if version != _VERSION:
                raise ModelError(f"{path}: format version {version}, only {_VERSION} can be read")
            return dict(_tensor(file, path) for _ in range(count))
    except (struct.error, UnicodeDecodeError, ValueError) as error:
        raise ModelError(f"{path}: not a CTranslate2 model, or cut off; fetch it again") from error
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}") from error


def to_openai(tensors: Tensors) -> Tensors:
    """Rename CTranslate2's Whisper tensors into openai-whisper's `state_dict`.

    CTranslate2 stacks query, key and value (and adds a key bias of zeros, which openai-whisper
    does not have).

    Raises:
        ModelError: if the weights are quantised to integers.
    """
    if any(name.endswith("weight_scale") for name in tensors):
        raise ModelError("these weights are quantised; openai-whisper needs float16 or float32")
    state: Tensors = {
        "encoder.positional_embedding": tensors["encoder/position_encodings/encodings"],
        "decoder.positional_embedding": tensors["decoder/position_encodings/encodings"],
        "decoder.token_embedding.weight": tensors["decoder/embeddings/weight"],
    }
    for conv in ("conv1", "conv2"):
        for part in ("weight", "bias"):
            state[f"encoder.{conv}.{part}"] = tensors[f"encoder/{conv}/{part}"]
    _norm(state, "encoder.ln_post", tensors, "encoder/layer_norm")
    _norm(state, "decoder.ln", tensors, "decoder/layer_norm")
    for side in ("encoder", "decoder"):
        for layer in range(num_layers(tensors, side)):
            _block(state, f"{side}.blocks.{layer}", tensors, f"{side}/layer_{layer}")
    return state


def dimensions(tensors: Tensors) -> dict[str, int]:
    """Return openai-whisper's `ModelDimensions` as a dict, read off the tensors' shapes."""
    vocabulary, text_state = tensors["decoder/embeddings/weight"].shape
    audio_state, mels, _ = tensors["encoder/conv1/weight"].shape
    return {
        "n_mels": mels,
        "n_audio_ctx": tensors["encoder/position_encodings/encodings"].shape[0],
        "n_audio_state": audio_state,
        "n_audio_head": int(tensors["encoder/num_heads"]),
        "n_audio_layer": num_layers(tensors, "encoder"),
        "n_vocab": vocabulary,
        "n_text_ctx": tensors["decoder/position_encodings/encodings"].shape[0],
        "n_text_state": text_state,
        "n_text_head": int(tensors["decoder/num_heads"]),
        "n_text_layer": num_layers(tensors, "decoder"),
    }


def num_layers(tensors: Tensors, side: str) -> int:
    """Return how many layers the `encoder` or `decoder` has."""
    return len(
        {name.split("/")[1] for name in tensors if name.startswith(f"{side}/layer_")}
        - {"layer_norm"}
    )


def alignment_heads(folder: Path) -> tuple[tuple[int, int], ...]:
    """Return (layer, head) of the cross-attention heads that follow time, from `config.json`.

    Raises:
        ModelError: if the file is not there or does not name them.
    """
    try:
        config = msgspec.json.decode((folder / "config.json").read_bytes())
        return tuple((int(layer), int(head)) for layer, head in config["alignment_heads"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{folder / 'config.json'} names no alignment_heads") from error


def _block(state: Tensors, to: str, tensors: Tensors, of: str) -> None:
    _norm(state, f"{to}.attn_ln", tensors, f"{of}/self_attention/layer_norm")
    _split(state, f"{to}.attn", ("query", "key", "value"), tensors, f"{of}/self_attention/linear_0")
    _split(state, f"{to}.attn", ("out",), tensors, f"{of}/self_attention/linear_1")
    if f"{of}/attention/linear_0/weight" in tensors:
        cross = f"{to}.cross_attn"
        _norm(state, f"{cross}_ln", tensors, f"{of}/attention/layer_norm")
        _split(state, cross, ("query",), tensors, f"{of}/attention/linear_0")
        _split(state, cross, ("key", "value"), tensors, f"{of}/attention/linear_1")
        _split(state, cross, ("out",), tensors, f"{of}/attention/linear_2")
    _norm(state, f"{to}.mlp_ln", tensors, f"{of}/ffn/layer_norm")
    _split(state, f"{to}.mlp", ("0",), tensors, f"{of}/ffn/linear_0")
    _split(state, f"{to}.mlp", ("2",), tensors, f"{of}/ffn/linear_1")


def _norm(state: Tensors, to: str, tensors: Tensors, of: str) -> None:
    state[f"{to}.weight"] = tensors[f"{of}/gamma"]
    state[f"{to}.bias"] = tensors[f"{of}/beta"]


def _split(state: Tensors, to: str, names: tuple[str, ...], tensors: Tensors, of: str) -> None:
    """Share one stacked linear layer out over `names`."""
    for part in ("weight", "bias"):
        pieces = np.split(tensors[f"{of}/{part}"], len(names))
        for name, piece in zip(names, pieces, strict=True):
            if (name, part) != ("key", "bias"):
                state[f"{to}.{name}.{part}"] = piece


def _tensor(file: BinaryIO, path: Path) -> tuple[str, NDArray[Any]]:
    name, rank = _string(file), _bytes(file, 1)[0]
    shape = struct.unpack(f"<{rank}I", _bytes(file, 4 * rank))
    kind = _bytes(file, 1)[0]
    data = _bytes(file, _u32(file))
    if kind >= len(_TYPES):
        raise ModelError(f"{path}: tensor {name} has a type that cannot be read (bfloat16?)")
    return name, np.frombuffer(data, dtype=_TYPES[kind]).reshape(shape)


def _string(file: BinaryIO) -> str:
    (length,) = struct.unpack("<H", _bytes(file, 2))
    return _bytes(file, length).rstrip(b"\0").decode()


def _u32(file: BinaryIO) -> int:
    (value,) = struct.unpack("<I", _bytes(file, 4))
    return int(value)


def _bytes(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) < count:
        raise ValueError("cut off")
    return data
