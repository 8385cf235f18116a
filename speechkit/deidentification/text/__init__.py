"""Candidates identifiers in what was said, and puts tags or surrogates in their place."""
