"""Recipes: a corpus or a job declared as data, one package each."""
