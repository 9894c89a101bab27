"""Numbers as sums of Fibonacci numbers that are no neighbours (Zeckendorf)."""

from spans._spans import LARGEST, parts, record, sizes

__all__ = ["LARGEST", "parts", "record", "sizes"]
