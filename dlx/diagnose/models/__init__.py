"""Models that a network has to beat: the constant answer, neighbours, lines, boosted trees."""
