"""Releases to and from other tools: one file a format."""
