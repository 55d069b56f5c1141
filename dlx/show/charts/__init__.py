"""Charts: what is shown and on which scale, decided once, for the terminal, the pictures and the page to draw."""
