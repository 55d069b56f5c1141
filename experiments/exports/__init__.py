"""Exports run for real: drawn networks in every format beside what dlx predicts, odd columns among them."""
