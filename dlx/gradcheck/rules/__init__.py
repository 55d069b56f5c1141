"""The check of what has no gradient: properties that every optimizer, schedule and initializer has."""
