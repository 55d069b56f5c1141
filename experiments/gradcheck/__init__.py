"""The bench of the gradient check: mistakes planted in backprop."""
