"""Whether the verdicts and the intervals of a diagnosis keep what they promise."""
