"""Findings after training: what the tables, errors and counts of a run tell."""
