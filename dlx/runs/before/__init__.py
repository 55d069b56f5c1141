"""Before a training: what can be tried and looked at, with nothing written."""
