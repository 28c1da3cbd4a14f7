"""Limits on documents, variables and execution."""
