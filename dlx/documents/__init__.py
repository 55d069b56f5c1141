"""Documents: what searches come to, as frozen records whose fields are the keys of their JSON."""
