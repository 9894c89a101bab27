# Opens sockets of other families.
# expect: bits
for family in 40 17 31 38 16000 21 29 30 44; do perl probe.pl socket $family 1 0; done
