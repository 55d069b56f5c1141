"""The terms of the course, by the weeks of the notes."""
