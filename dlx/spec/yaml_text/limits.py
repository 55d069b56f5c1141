"""How large and how deep a spec may be, so that no file costs more than a moment to read."""

MAX_BYTES = 1 << 20
MAX_DEPTH = 50
MAX_VALUES = 50_000
MOST_KEYS = 5_000  # of one mapping
# Numbers are cheap to check; of other entries each may be a component with options of its own.
LONGEST_LIST = {"numbers": 10_000, "words": 5_000, "collections": 1_000}
MOST_DIGITS = 1000  # of a whole number
