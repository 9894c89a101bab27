# Puts words into a terminal.
# expect: bits
perl -e 'open(my $t, "+<", "/dev/tty") and ioctl($t, 0x5412, my $x = "x") and print "ESCAPED terminal\n"; ioctl(STDOUT, 0x5412, my $y = "x") and print "ESCAPED terminal\n"; exit 0'
