"""Runs stages: plan, cache, resume; executors."""
