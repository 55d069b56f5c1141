"""Statistics of errors: intervals, differences of groups, tests of two samples, and how many examples are enough."""
