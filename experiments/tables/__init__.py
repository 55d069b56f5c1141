"""The bench of real tables: what `dlx new` writes, beside what one would use instead."""
