# Makes namespaces within.
# expect: bits
for flag in 0x10000000 0x20000 0x20000000 0x40000000 0x8000000 0x4000000 0x2000000 0x80; do perl probe.pl unshare $flag; done
perl probe.pl setns 0 0
perl probe.pl clone3 - 88
