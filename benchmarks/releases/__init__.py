"""Figures of writing, verifying and loading releases."""
