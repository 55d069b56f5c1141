"""Repair: remedies tried in races, and the changes that have proved themselves kept."""
