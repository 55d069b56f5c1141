"""The compiled replay of tapes: their calls as rows of one table, and a native loop that goes through it."""
