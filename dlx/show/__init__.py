"""Everything that people see: numbers and words, the terminal, the pictures, the page."""
