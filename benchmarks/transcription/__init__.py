"""Figures of transcription: words, their times, confidence, time spent."""
