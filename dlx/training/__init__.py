"""Training: an experiment, fitting as an iterator of records, evaluation, and the model that comes of it."""
