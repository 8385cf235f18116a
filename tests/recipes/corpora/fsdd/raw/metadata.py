"""A python dictionary to store meta-data about the speakers."""

metadata = {
    "ada": {"gender": "female", "accent": "USA/neutral", "language": "english"},
    "bob": {"gender": "male", "accent": "GRC/Greek", "language": "english"},
}
