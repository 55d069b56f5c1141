"""Findings before training: what the spec, the initial network and a few steps tell."""
