"""YAML 1.2: the text of spec files, read into trees in which every key and value knows its place, and written."""
