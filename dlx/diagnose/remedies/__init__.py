"""Remedies: changes of a spec against what a diagnosis has found."""
