"""Values: numbers, texts and times as tables write them, what a column is taken for, and which features it becomes."""
