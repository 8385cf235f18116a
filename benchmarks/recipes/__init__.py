"""Figures of synthetic consultations."""
