"""Samples: decode, resample, mask, measure. No models."""

from typing import TYPE_CHECKING

from speechkit.core.lazy import lazy_names

if TYPE_CHECKING:
    from speechkit.audio.channels import mixed_evenly, same_sounds
    from speechkit.audio.container import looks_like_audio
    from speechkit.audio.decode import open_audio, probe, read_audio, resample, to_mono
    from speechkit.audio.differences import Difference, difference, find_differences
    from speechkit.audio.disguise import HEARD, Piece, disguised, shift_of
    from speechkit.audio.dtmf import find_keys
    from speechkit.audio.encode import Bits, bits_of, write_audio
    from speechkit.audio.faint import Voices, audible, find_voices
    from speechkit.audio.intervals import stretches
    from speechkit.audio.mask import Mask, Method, masked, residual
    from speechkit.audio.measure import measure_blocks, with_flag
    from speechkit.audio.modulation import rises_and_falls
    from speechkit.audio.peaks import PEAKS_RATE, read_peaks
    from speechkit.audio.read import read_resampled
    from speechkit.audio.sound import Lazy, blocks, louder, open_sound
    from speechkit.audio.tracks import suffix_of_tracks

__all__ = [
    "HEARD",
    "PEAKS_RATE",
    "Bits",
    "Difference",
    "Lazy",
    "Mask",
    "Method",
    "Piece",
    "Voices",
    "audible",
    "bits_of",
    "blocks",
    "difference",
    "disguised",
    "find_differences",
    "find_keys",
    "find_voices",
    "looks_like_audio",
    "louder",
    "masked",
    "measure_blocks",
    "mixed_evenly",
    "open_audio",
    "open_sound",
    "probe",
    "read_audio",
    "read_peaks",
    "read_resampled",
    "resample",
    "residual",
    "rises_and_falls",
    "same_sounds",
    "shift_of",
    "stretches",
    "suffix_of_tracks",
    "to_mono",
    "with_flag",
    "write_audio",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "Bits": "encode",
        "Difference": "differences",
        "HEARD": "disguise",
        "Lazy": "sound",
        "Mask": "mask",
        "Method": "mask",
        "PEAKS_RATE": "peaks",
        "Piece": "disguise",
        "Voices": "faint",
        "audible": "faint",
        "bits_of": "encode",
        "blocks": "sound",
        "difference": "differences",
        "disguised": "disguise",
        "find_differences": "differences",
        "find_keys": "dtmf",
        "find_voices": "faint",
        "looks_like_audio": "container",
        "louder": "sound",
        "masked": "mask",
        "measure_blocks": "measure",
        "mixed_evenly": "channels",
        "open_audio": "decode",
        "open_sound": "sound",
        "probe": "decode",
        "read_audio": "decode",
        "read_peaks": "peaks",
        "read_resampled": "read",
        "resample": "decode",
        "residual": "mask",
        "rises_and_falls": "modulation",
        "same_sounds": "channels",
        "shift_of": "disguise",
        "stretches": "intervals",
        "suffix_of_tracks": "tracks",
        "to_mono": "decode",
        "with_flag": "measure",
        "write_audio": "encode",
    },
)
