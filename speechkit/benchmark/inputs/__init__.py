"""References and hypotheses as the benchmark reads them."""
