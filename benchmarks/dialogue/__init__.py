"""What is said about health, and how people ask and answer."""
