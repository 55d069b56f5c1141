"""Trials: trainings of derived specs, each done once, by any number of processes."""
