"""Integrity: whether the files of a directory are as they were written, and the way back from damage."""
