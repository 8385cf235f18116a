"""Writing sound files: WAV and FLAC, atomically, without metadata, the same bytes each time.

What `decode` read from PCM of up to 24 bits comes back bit for bit: samples are scaled by a power
of two and written as integers (libsndfile's own float conversion scales by 2¹⁵ − 1, which is not
exact).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from speechkit.core.engines import Sound
from speechkit.core.errors import AudioError
from speechkit.storage.files import atomic_path

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

Bits = Literal[16, 24]

_FORMATS = {".flac": "FLAC", ".wav": "WAV"}
_FLAC_MAX_CHANNELS = 8
_BLOCK = 1 << 18
_24_BITS = ("24", "32", "f32", "f64", "float", "double", "64")


def bits_of(codec: str) -> Bits:
    """Return the bit depth to write a recording of that codec with (`Audio.codec`).

    24 for PCM of more than 16 bits and for floating point; 16 for the rest, lossy codecs and
    8-bit ones among them, whose samples 16 bits hold exactly or more than well enough.

    >>> bits_of("wav/pcm_24"), bits_of("flac/pcm_16"), bits_of("wav/float"), bits_of("mov/aac")
    (24, 16, 24, 16)
    """
    encoding = codec.rpartition("/")[2]
    if encoding in ("float", "double"):
        return 24
    is_pcm = encoding.startswith("pcm_")
    return 24 if is_pcm and any(depth in encoding for depth in _24_BITS) else 16


def quantize(samples: Samples, bits: Bits) -> NDArray[Any]:
    """Return samples as integers (int16, or int32 with 24 bits at the top) of the same shape.

    Exact for what `read_audio` decoded from PCM of at most `bits` bits; beyond ±1 is clipped.

    >>> quantize(np.array([[-1.0, 0.5, 1.0]], dtype=np.float32), 16).tolist()
    [[-32768, 16384, 32767]]
    """
    scale = float(1 << (bits - 1))
    # float64: 24-bit values times 2²³ and the clip at 2²³ − 1 must not be rounded to float32.
    scaled = np.clip(np.rint(samples.astype(np.float64) * scale), -scale, scale - 1)
    if bits == 16:
        return scaled.astype(np.int16)
    return scaled.astype(np.int32) << 8


def write_audio(
    target: Path, channels: Sequence[Sound] | Samples, sample_rate: int, *, bits: Bits = 16
) -> None:
    """Write channels of equal length to a `.flac` or `.wav` file, block by block.

    Args:
        target: where; replaced atomically if it is there.
        channels: full scale ±1; what lies beyond is clipped.
        sample_rate: in Hz, kept exactly.
        bits: bit depth; `bits_of` gives the one that loses nothing.

    Raises:
        AudioError: for another suffix, an empty or non-finite signal, too many channels for FLAC.
        StoreError: if the file cannot be written.
    """
    import soundfile

    format_ = _FORMATS.get(target.suffix.lower())
    if format_ is None:
        raise AudioError(
            f"cannot write {target.suffix or 'a file without suffix'}; use .flac or .wav"
        )
    if len(channels) == 0 or len(channels[0]) == 0:
        raise AudioError("nothing to write: there are no samples")
    if format_ == "FLAC" and len(channels) > _FLAC_MAX_CHANNELS:
        raise AudioError(f"FLAC holds at most 8 channels, not {len(channels)}; write .wav")
    with atomic_path(target) as temporary:
        try:
            with soundfile.SoundFile(
                temporary,
                "w",
                samplerate=sample_rate,
                channels=len(channels),
                format=format_,
                subtype=f"PCM_{bits}",
            ) as file:
                for at in range(0, len(channels[0]), _BLOCK):
                    samples = np.stack([channel[at : at + _BLOCK] for channel in channels])
                    if not np.isfinite(samples).all():
                        raise AudioError("samples to write hold NaN or infinity")
                    file.write(np.ascontiguousarray(quantize(samples, bits).T))
        except soundfile.LibsndfileError as error:
            raise OSError(f"the sound library stopped ({error.code}), as on a full disk") from error
