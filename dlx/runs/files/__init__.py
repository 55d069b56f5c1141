"""Files: the directory of a run or of a search, what is written there, and how it is verified."""
