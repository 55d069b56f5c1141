"""Findings about the data: labels, inputs, parts, duplicates."""
