"""The tagger of identifiers: its corpus, what is done to it, its training and its figures."""
