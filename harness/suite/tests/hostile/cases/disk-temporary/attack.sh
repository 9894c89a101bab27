# Fills the folder for temporary files.
# expect: failed: 
perl -e 'open(my $f, ">", "/tmp/big"); while (1) { syswrite($f, "x" x (1 << 20)) or sleep 1 }'
