"""What dlx is measured by: the gallery of the course, benches and comparisons; ``python -m`` runs each."""
