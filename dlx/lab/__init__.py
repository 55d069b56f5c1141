"""The lab: an experiment as a live page on this machine, which trains while its spec is changed, and follows runs."""
