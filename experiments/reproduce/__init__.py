"""The gallery: its topics, trained, checked and written down."""
