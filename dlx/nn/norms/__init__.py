"""Norms: what may stand between Z = W·A + b and the activation of a layer, a kind in each file."""
