"""Rows: examples that are no plain array, since they lie in a file or in fewer bytes."""
