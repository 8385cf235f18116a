"""Recordings come in: probe, quality flags, context, consent."""
