# Fills the disk with files that have no name.
# expect: failed: disk limit
perl -e 'my @f; for my $n (1..8) { open($f[$n], ">", "u"); unlink "u"; syswrite($f[$n], "x" x (16 << 20)) } sleep 20'
