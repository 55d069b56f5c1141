"""dlx on the machines of a Dask cluster, each a network namespace with an address of its own."""
