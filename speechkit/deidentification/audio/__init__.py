"""Places identifiers in time and masks them."""
