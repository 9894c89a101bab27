# Starts processes without end.
# expect: failed: 
perl -e 'while (1) { my $p = fork; die "no more: $!" unless defined $p; if (!$p) { sleep 20; exit } }'
