"""Search: many trainings of derived specs, on worker processes, each done once, and what is learned from them."""
