"""Theorems as scripts, certificates with their checker, and help for tests."""
