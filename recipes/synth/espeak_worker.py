"""Says one sentence with libespeak-ng, in a process of its own: the library keeps state from one
sentence to the next, so that what it says would hang on what it has said before.

stdin: `{"library", "voice", "text"}`; stdout: a line `{"rate", "words": [[position, ms], …]}`, then
samples of 16 bits. Exit code 3: no such voice; 4: the library cannot be started. Only the standard
library is imported, so that it starts at once.
"""

import ctypes
import json
import sys

_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS
_UTF8 = 1  # espeakCHARS_UTF8
_CHARACTERS = 1  # POS_CHARACTER
_RATE, _WORDS_A_MINUTE = 1, 165  # espeakRATE
_WORD, _LAST = 1, 0  # espeakEVENT_WORD, espeakEVENT_LIST_TERMINATED
_NO_VOICE, _NO_START = 3, 4


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


def main() -> int:
    """Say it; return the exit code."""
    asked = json.load(sys.stdin)
    library = ctypes.CDLL(asked["library"])
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, None, 0)
    if rate <= 0:
        return _NO_START
    if library.espeak_SetVoiceByName(asked["voice"].encode()):
        return _NO_VOICE
    heard = bytearray()
    words = []

    def take(samples, count, events):  # type: ignore[no-untyped-def]
        if samples and count:
            heard.extend(ctypes.string_at(samples, count * ctypes.sizeof(ctypes.c_short)))
        index = 0
        while events[index].type != _LAST:
            if events[index].type == _WORD:
                words.append([events[index].text_position - 1, events[index].audio_position])
            index += 1
        return 0

    callback = _Callback(take)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetParameter(_RATE, _WORDS_A_MINUTE, 0)
    data = asked["text"].encode()
    library.espeak_Synth(data, len(data) + 1, 0, _CHARACTERS, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    sys.stdout.buffer.write(json.dumps({"rate": rate, "words": words}).encode() + b"\n" + heard)
    return 0


if __name__ == "__main__":
    sys.exit(main())
