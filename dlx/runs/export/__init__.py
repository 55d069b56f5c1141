"""Export: a trained network for other programs, with the normalization of its inputs inside."""
