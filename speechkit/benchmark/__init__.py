"""How good is it: normalization, error rates, slices, report."""
