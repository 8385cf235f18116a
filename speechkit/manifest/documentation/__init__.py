"""What a release says about itself: card, datasheets, provenance."""
