"""The gradient check of a whole network: what is looked at, on which numbers, and what came out."""
