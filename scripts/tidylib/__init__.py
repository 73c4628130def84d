"""The rules of scripts/tidy, by what they look at."""
