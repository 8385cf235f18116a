"""Who spoke when: pyannote, channel-wise, voice activity, roles."""
