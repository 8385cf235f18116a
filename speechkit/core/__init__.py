"""Types, time, ids, digests, errors, the corpus folder and the contracts: what everything is made of."""
