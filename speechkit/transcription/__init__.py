"""What was said: whisper engines, word alignment, attribution of words to speakers."""
