# Prints without end.
# expect: failed: output limit
yes
