# Prints without end.
# expect: failed: limit
yes
