# Pins memory that no process has, and takes what the machine has a number of.
# expect: bits
perl probe.pl vmsplice 1 - 1 0
perl probe.pl io_setup 1 -
perl probe.pl unshare 0x400
