"""Figures of diarization and speaker roles."""
