"""Predictions: what the network of a run says of examples, how far it is off, and how sure it may be."""
