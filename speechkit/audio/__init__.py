"""Samples: decode, resample, mask, measure. No models."""
