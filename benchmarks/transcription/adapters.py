"""What our adapters add to the libraries that they call: `python -m benchmarks adapters`.

The same clips of real speech go through the library itself and through the engine, by turns, in one
process on one thread, with the same settings; the voice detector is off, as the library has none.
Compared are processor seconds: of each clip the least of all rounds, since what else runs on the machine
can only add to them. `transformers:` runs the pinned weights of whisper base. For `onnx-asr:` no weights
are at hand: models of random weights in its forms, with less to compute than any that is published, so
that what the adapter adds weighs more than it would in use.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.fixtures import recognizers
from benchmarks.fixtures.clips import Samples, clips, data_folder
from benchmarks.fixtures.whisper_checkpoints import for_transformers
from speechkit.core.engines import SAMPLE_RATE, make_engine
from speechkit.core.stage import Resources

COLLECTION = "read_english_small"
LONGEST = 30.0  # s: longer ones are cut by the engine, and not by the library
THREADS = 1
Library = Callable[[Samples], Any]  # a clip → what the library makes of it


class Case(NamedTuple):
    """An engine, what stands for its model in the table, and its library by itself."""

    model: str
    spec: str
    library: Library


def main() -> None:
    """Print a row for each model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="take every n-th clip")
    parser.add_argument("--rounds", type=int, default=5, help="how often each clip is heard")
    given = parser.parse_args()
    spoken = [
        clip.samples
        for clip in clips(data_folder(COLLECTION), (COLLECTION,), every=given.every)
        if len(clip.samples) < LONGEST * SAMPLE_RATE
    ]
    seconds = sum(map(len, spoken)) / SAMPLE_RATE
    print(f"{len(spoken)} clips, {seconds:.0f} s of speech, the best of {given.rounds} rounds")
    print("| engine | model | the library itself | the engine | added | added to a clip |")
    with tempfile.TemporaryDirectory() as folder:
        for case in cases(Path(folder)):
            alone, ours = measure(case, spoken, given.rounds)
            print(
                f"| `{case.spec.partition(':')[0]}:` | {case.model} | {alone:.2f} s | {ours:.2f} s "
                f"| {ours / alone - 1:+.2%} | {(ours - alone) / len(spoken) * 1000:.1f} ms |",
                flush=True,
            )


def measure(case: Case, spoken: list[Samples], rounds: int) -> tuple[float, float]:
    """Return the processor seconds of all clips, through the library and through the engine."""
    engine = make_engine("transcriber", case.spec, {"vad": "false"})
    least: list[dict[str, float]] = [{} for _ in spoken]
    with engine.open(Resources(threads=THREADS)) as transcribe:
        ways: dict[str, Library] = {
            "library": case.library,
            "engine": lambda sound: transcribe(sound, "en"),
        }
        for way in ways.values():
            way(spoken[0])  # what is loaded with the first sound
        for number in range(rounds):
            for sound, best in zip(spoken, least, strict=True):
                for name in sorted(ways, reverse=bool(number % 2)):
                    begun = time.process_time()
                    ways[name](sound)
                    taken = time.process_time() - begun
                    best[name] = min(best.get(name, taken), taken)
    return sum(one["library"] for one in least), sum(one["engine"] for one in least)


def cases(folder: Path) -> Iterator[Case]:
    """Write the models and load each with its library."""
    path = for_transformers(folder / "whisper-base")
    yield Case("Whisper base, with word times", f"transformers:{path}", _pipeline(path))
    for kind, write in (("CTC", recognizers.nemo_ctc), ("transducer", recognizers.nemo_tdt)):
        path = write(folder / kind, width=2048, layers=24)
        name = f"NeMo {kind}, 100 million random weights"
        yield Case(name, f"onnx-asr:{path}", _onnx_asr(path))


def _pipeline(path: Path) -> Library:
    import torch
    from transformers import pipeline

    torch.set_num_threads(THREADS)
    pipe = pipeline(
        "automatic-speech-recognition", model=str(path), device="cpu", dtype=torch.float32
    )
    asked: dict[str, Any] = {
        "generate_kwargs": {"language": "en"},
        "return_timestamps": "word",
        "batch_size": 1,
    }
    return lambda sound: pipe({"raw": sound, "sampling_rate": SAMPLE_RATE}, **asked)


def _onnx_asr(path: Path) -> Library:
    import onnx_asr
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    kind = recognizers.model_type(path)
    model = onnx_asr.load_model(
        kind, path, sess_options=options, providers=["CPUExecutionProvider"]
    ).with_timestamps()
    recognize: Library = model.recognize
    return recognize


if __name__ == "__main__":
    main()
