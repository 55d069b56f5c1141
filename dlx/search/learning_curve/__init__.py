"""Learning curves: a spec trained on growing parts of its train set."""
