"""What a language brings: subtags, the language of a recording, folding, number words."""
