"""The mathematics: arrays in, arrays out; no files, no printing, no clock, no global randomness."""
