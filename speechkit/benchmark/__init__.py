"""How good is it: normalise, WER and its kin, slices, report."""
