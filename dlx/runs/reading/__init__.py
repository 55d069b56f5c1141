"""Reading: which runs there are, by which names, and what their files tell."""
