# Leaves shared memory behind that no process has.
# expect: bits
perl -e 'for (1..4) { my $id = shmget(0, 64 << 20, 0600); print "ESCAPED segment\n" if defined $id }'
