"""Run directories: what is written there and must stand in it, and one file for each thing that is done with a run."""
