"""Diagnosis: what is found out about a run, a spec or bare errors."""
