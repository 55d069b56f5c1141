"""Examples: where they come from, how they are split, normalized and cut into mini-batches."""
