"""A small learned tagger: how likely each word of a conversation is part of an identifier."""
