"""Folds: the same training on every fold's complement, and what all of them say of the examples they were not given."""
