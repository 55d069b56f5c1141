"""The range test of learning rates, judged: its suggestions trained to the end, and the commands that come of it."""
