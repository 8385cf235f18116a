"""What everything is made of: types, time, ids, digests, errors, contracts of engines and stages."""
