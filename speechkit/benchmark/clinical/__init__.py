"""Errors that hurt: medical terms lost or invented, and meanings that are turned. English.

`mentions` finds terms and writes them in one form ("five milligrams" = "5 mg" = "0.005 g"); `judge`
compares those of reference and hypothesis and reads what the places where they differ do to the
meaning; `assess` does all of it for two texts, and gives a severity.
"""

from speechkit.benchmark.clinical.assess import Assessment, assess
from speechkit.benchmark.clinical.judge import ClinicalMiss, Judgement, judge
from speechkit.benchmark.clinical.mentions import WEIGHTS, Mention, mentions

__all__ = [
    "WEIGHTS",
    "Assessment",
    "ClinicalMiss",
    "Judgement",
    "Mention",
    "assess",
    "judge",
    "mentions",
]
