"""How good is it: normalize, WER and its kin, slices, report."""
