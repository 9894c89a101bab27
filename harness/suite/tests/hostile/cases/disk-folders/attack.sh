# Makes files without end.
# expect: failed: limit
perl -e 'for my $d (1..200) { mkdir "/build/$d"; for my $n (1..1000) { open(my $f, ">", "/build/$d/$n") } } sleep 20'
