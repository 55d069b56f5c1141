"""The training of configs/course/circles_he.yaml with other tools, each a program as its user would write it."""
