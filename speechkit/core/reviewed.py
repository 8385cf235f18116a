"""Names of layers that review writes into a corpus, and that a release reads."""

from __future__ import annotations

# Layers of what people made of a draft: its text, its identifiers, its roles.
CORRECTED = "corrected"
CORRECTED_PHI = "corrected_phi"
CORRECTED_ROLES = "corrected_roles"
REFERENCE = "reference"  # what was said, as known beforehand or as decided in review

# Labels of segments that no person accepted: one that a policy accepted, one that is open.
AUTO_ACCEPTED = "auto-accepted"
UNREVIEWED = "unreviewed"

ADJUDICATED = "adjudicated"  # track of the pass that decides between two others
