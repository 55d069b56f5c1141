"""Tuning: hyperparameters searched over their scales."""
