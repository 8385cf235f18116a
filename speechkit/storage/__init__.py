"""The corpus folder, files, locks, the journal, pinned weights: what lies on disk."""
