"""Profiles: what is in a table before anything is learnt from it, column by column."""
