"""Where is the reference wrong? Places where most systems agree with each other against it."""

from speechkit.benchmark.audit.places import Audit, Doubt, audit_references

__all__ = ["Audit", "Doubt", "audit_references"]
