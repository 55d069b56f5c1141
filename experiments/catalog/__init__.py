"""The catalogs of other languages: what of dlx is to be translated, and how it is brought into ``dlx/language``."""
