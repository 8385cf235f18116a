"""Figures of the review editor and its queue."""
