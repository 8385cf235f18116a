"""Sound in DICOM files: the waveform of a Basic Voice or General Audio object.

Source: DICOM PS3.3 (A.34.2 Basic Voice Audio, C.10.9 Waveform Module), PS3.5 (7.1, file meta).
"""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from speechkit.core.errors import AudioError

if TYPE_CHECKING:
    from soundfile import SoundFile

_PREAMBLE = 128  # bytes before the four that tell
# Waveform Sample Interpretation → what libsndfile calls it.
_ENCODINGS = {"SB": "PCM_S8", "UB": "PCM_U8", "MB": "ULAW", "AB": "ALAW", "SS": "PCM_16"}


def is_dicom(path: Path) -> bool:
    """Say whether the file is a DICOM file."""
    with path.open("rb") as file:
        file.seek(_PREAMBLE)
        return file.read(4) == b"DICM"


def open_dicom(path: Path) -> SoundFile:
    """Open the sound of a DICOM file.

    Raises:
        AudioError: if pydicom is not installed, or the file holds no sound, or an encoding of it
            that is not known.
    """
    if find_spec("pydicom") is None:
        raise AudioError(f"{path}: a DICOM file; to read it: pip install 'speechkit[dicom]'")
    import pydicom
    import soundfile

    try:
        data = pydicom.dcmread(path)
    except Exception as error:  # a damaged one may raise anything
        raise AudioError(f"{path}: not a DICOM file that can be read") from error
    groups = list(data.get("WaveformSequence", ()))
    if len(groups) != 1:
        many = "more than one sound" if groups else "no sound"
        raise AudioError(f"{path}: a DICOM file with {many} in it")
    group = groups[0]
    encoding = _ENCODINGS.get(str(group.get("WaveformSampleInterpretation", "")))
    if encoding is None:
        raise AudioError(f"{path}: a DICOM file whose encoding of sound is not known")
    try:
        return soundfile.SoundFile(
            io.BytesIO(group.WaveformData),
            samplerate=round(float(group.SamplingFrequency)),
            channels=int(group.NumberOfWaveformChannels),
            format="RAW",
            subtype=encoding,
            endian="LITTLE",
        )
    except (AttributeError, TypeError, ValueError, soundfile.LibsndfileError) as error:
        raise AudioError(f"{path}: a DICOM file whose sound cannot be read") from error
