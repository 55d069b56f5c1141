"""The bench of the diagnosis: planted faults and healthy specs, and what is found in them."""
