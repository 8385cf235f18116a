"""Errors that hurt: drug, dose, frequency, number, negation, side, body, symptom, condition.

Works on normalized English tokens. `mentions` finds terms and writes them in one form ("five
milligrams" = "5 mg" = "0.005 g"); `judge` compares those of reference and hypothesis.
"""

from speechkit.benchmark.clinical.judge import Judgement, judge
from speechkit.benchmark.clinical.mentions import WEIGHTS, Mention, mentions

__all__ = ["WEIGHTS", "Judgement", "Mention", "judge", "mentions"]
