"""How fast the page of ``dlx lab`` answers, and what it costs its server."""
