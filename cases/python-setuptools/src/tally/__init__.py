"""Counts in the host's own words: C longs and chars, as wide and as signed as they are there."""

from tally._words import add, configured_word, fold, word

__all__ = ["add", "configured_word", "fold", "word"]
