"""The methods of search, compared with equal trials."""
