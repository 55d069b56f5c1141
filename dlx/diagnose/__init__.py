"""What a run tells about bias and variance, as pure functions of its records."""
