"""The programs that track experiments, each in a module of its own."""
