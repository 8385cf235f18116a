"""What makes a figure unworthy of belief: wrong script or language, copies, loops, known answers."""

from speechkit.benchmark.integrity.remarks import remarks_on, remarks_once
from speechkit.benchmark.integrity.texts import check_hypothesis, check_reference

__all__ = ["check_hypothesis", "check_reference", "remarks_on", "remarks_once"]
