"""Synthetic consultations in four languages, spoken by whatever voices are installed.

Scripts are written for this project; people in them are invented for each recording. Every word's
time, its speaker and every identifier are known, because they were put there.
"""

from __future__ import annotations

from .build import Request, build
from .plan import read_plan, requests_for
from .write import Made

__all__ = ["Made", "Request", "build", "read_plan", "requests_for"]
