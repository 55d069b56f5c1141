"""The spec: from YAML to one frozen, typed, complete record, and what is wrong with the text."""
