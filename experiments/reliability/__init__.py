"""The reliability bench: faults injected into dlx from outside."""
