"""Writes the Fibonacci numbers that a 64-bit unsigned number can be a sum of."""

a, b = 1, 2
rows = []
while a < 2**64:
    rows.append(f"    {a}u,")
    a, b = b, a + b
print("static const unsigned long long fibonacci[] = {", *rows, "};", sep="\n")
