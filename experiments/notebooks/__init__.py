"""Notebooks that do with `import dlx` what people do in notebooks, and the program that executes them."""
