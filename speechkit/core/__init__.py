"""What everything is made of: types, time, ids, digests, errors, the corpus, the contracts."""
