"""Memory grows with one consultation, not with the corpus."""

from __future__ import annotations

import random
import sys

import pytest

from benchmarks.scoring.wer_cost import peak_memory

WORDS = "no pain in the left leg since then take five milligrams of ramipril twice a day".split()


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
def test_ten_times_the_consultations_take_hardly_more_memory() -> None:
    chance = random.Random(4)
    texts = [" ".join(chance.choices(WORDS, k=1500)) for _ in range(20)]
    # Of some 55 MiB. Were they kept, the texts alone would take 5 more, their words far more.
    assert peak_memory(texts * 10) < 1.05 * peak_memory(texts)
