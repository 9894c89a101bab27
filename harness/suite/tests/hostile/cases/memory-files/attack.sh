# Makes files in memory.
# expect: bits
perl probe.pl memfd_create name 0
perl probe.pl memfd_secret 0
