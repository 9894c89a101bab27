# Fills the disk.
# expect: failed: 
perl -e 'open(my $f, ">", "/build/big"); while (1) { syswrite($f, "x" x (1 << 20)) or sleep 1 }'
