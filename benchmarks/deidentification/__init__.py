"""Figures of de-identification, in text and in sound."""
