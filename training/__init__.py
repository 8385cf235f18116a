"""How the models that speechkit ships are made; nothing of it is in the wheel."""
