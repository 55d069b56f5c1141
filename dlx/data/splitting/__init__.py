"""Splitting: one set of examples cut into parts or folds, by chance, by group or by time."""
