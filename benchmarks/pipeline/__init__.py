"""Figures of whole runs: real corpora, scale, memory."""
