"""Studies: variants of a spec, trained over several seeds, and claims about them."""
