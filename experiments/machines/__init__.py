"""From which network, batch and link on it pays to train one network on several machines."""
