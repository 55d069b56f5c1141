"""Steps: what a diagnosis advises, as commands that can be typed."""
