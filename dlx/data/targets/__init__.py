"""Targets: labels and numbers to be answered, their names, their scaling, and how much each example counts."""
