"""Consent, purpose, policy and the audit log: asked by the rooms before data moves."""
