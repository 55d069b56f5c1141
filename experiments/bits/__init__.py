"""Other processors, played: the tests and the gallery with other kernels and other last digits."""
