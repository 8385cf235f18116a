"""What must not leave: find PHI in text, place it in time, redact text and audio, prove it."""
