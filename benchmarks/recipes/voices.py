"""How well a small recognizer understands Kokoro's voices: `python -m benchmarks voices [PATTERN ...]`.

Each voice whose name matches a pattern (all of them) says two sentences in its language; in Spanish
and French, English voices that borrow the accent can be named too, as in `af_heart,accent=fr-FR`.
Whisper base writes down what it hears. Prints the words that are wrong by voice, then by language,
and the processor time that speaking takes per second of sound, on one thread.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections import defaultdict
from fnmatch import fnmatchcase

import jiwer
import msgspec
import numpy as np

from speechkit.audio.decode import resample
from speechkit.core.engines import SAMPLE_RATE, Transcribe, make_engine
from speechkit.core.stage import Resources
from speechkit.recipe.discovery import load_recipe

SENTENCES = {
    "en": (
        "Good morning, I have a pain in the chest that gets worse when I climb the stairs.",
        "The tablets help a little, but I still feel dizzy after lunch and sleep badly.",
    ),
    "es": (
        "Buenos días, la semana pasada me pasó cuatro veces y tuve que parar en la escalera.",
        "Las pastillas ayudan un poco, pero todavía me mareo después de comer.",
    ),
    "fr": (
        "Bonjour, la semaine dernière je suis resté deux fois à la maison avec de la fièvre.",
        "Les comprimés aident un peu, mais je dors mal et je suis toujours fatigué le matin.",
    ),
    "it": (
        "Buongiorno, mi fa male la pancia da tre giorni e ieri ho avuto la febbre.",
        "Le compresse aiutano un poco, ma la notte dormo male e mi sento stanco.",
    ),
    "pt": (
        "Bom dia, estou com dor no peito e não consigo dormir de noite.",
        "Os comprimidos ajudam um pouco, mas ainda fico tonto depois do almoço.",
    ),
    "hi": (
        "नमस्ते, मुझे सीने में दर्द है और रात में नींद नहीं आती।",
        "दवा से थोड़ा आराम है, लेकिन खाने के बाद चक्कर आते हैं।",
    ),
}


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one voice; seconds of sound, and of the processor's time to speak it."""

    language: str
    words: int
    wrong: int
    sound: float
    spent: float


def main() -> None:
    """Speak, listen, print."""
    load_recipe("synth")
    kokoro = importlib.import_module("speechkit._recipes.synth.kokoro")
    patterns = sys.argv[1:] or ["*"]
    names = [name for name in kokoro.voices() if any(fnmatchcase(name, p) for p in patterns)]
    names += [pattern for pattern in patterns if ",accent=" in pattern]
    accents = {voice.accent: voice.language for voice in kokoro.voices().values()}
    by_language: dict[str, list[Heard]] = defaultdict(list)
    with make_engine("transcriber", "faster-whisper").open(Resources(threads=1)) as transcribe:
        for name in names:
            _, _, accent = name.partition(",accent=")
            language = accents[accent] if accent else kokoro.voices()[name].language
            heard = listen(name, language, transcribe)
            by_language[language].append(heard)
            print(f"{name}: {heard.wrong} of {heard.words} words wrong", flush=True)
    for language, some in by_language.items():
        words, wrong = sum(one.words for one in some), sum(one.wrong for one in some)
        pace = sum(one.spent for one in some) / sum(one.sound for one in some)
        print(
            f"{language}: {len(some)} voices, {words} words, {100 * wrong / words:.1f} % wrong, "
            f"{pace:.2f} s per second of sound"
        )


def listen(name: str, language: str, transcribe: Transcribe) -> Heard:
    """Let a voice say the sentences of a language, and count what is heard otherwise."""
    speak = importlib.import_module("speechkit._recipes.synth.voices").load_voice(f"kokoro:{name}")
    words, wrong, sound, spent = 0, 0, 0.0, 0.0
    for sentence in SENTENCES[language]:
        begun = time.process_time()
        speech = speak(sentence)
        spent += time.process_time() - begun
        sound += speech.samples.size / speech.sample_rate
        samples = resample(speech.samples[np.newaxis], speech.sample_rate, SAMPLE_RATE)[0]
        transcript = transcribe(samples, language)
        said = " ".join(segment.text for segment in transcript.segments)
        compared = jiwer.process_words(plain(sentence), plain(said))
        words += len(plain(sentence).split())
        wrong += compared.substitutions + compared.deletions + compared.insertions
    return Heard(language=language, words=words, wrong=wrong, sound=sound, spent=spent)


def plain(text: str) -> str:
    """Without case and punctuation; marks that belong to letters, as in Hindi, stay."""
    kept = "".join(" " if c in ".,;:!?¿¡…—-'’।" else c for c in text.casefold())
    return " ".join(kept.split())


if __name__ == "__main__":
    main()
