"""The benchmark: dlx against its peers, microseconds per training step."""
