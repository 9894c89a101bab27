# Opens files without end.
# expect: failed: limit
perl -e 'for (1..40) { next if fork; my @f; for my $n (1..4000) { open($f[$n], "<", "/dev/null") or last } sleep 30; exit } sleep 30'
