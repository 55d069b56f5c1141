"""Measurements of the gallery, a module each: ``measure(bench)`` gives its rows and pictures."""
