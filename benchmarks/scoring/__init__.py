"""Figures of scoring: published WER reproduced, cost, the page's pictures."""
