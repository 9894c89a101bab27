# Attaches to the first process, so that it outlives its parent.
# expect: bits
perl probe.pl ptrace 16 1 0 0
perl probe.pl process_vm_readv 1 - 1 - 1 0
perl probe.pl pidfd_getfd 3 1 0
