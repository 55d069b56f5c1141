"""Text tables: how one is written, its records, and the columns that they come to."""
