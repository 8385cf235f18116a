"""What is released: versions, diff, verify."""
