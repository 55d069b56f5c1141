"""Starter specs: commented YAML for a first experiment, also for a data file of the user."""
