# Asks for what has been the kernel's weak spots.
# expect: bits
perl probe.pl bpf 0 - 64
perl probe.pl perf_event_open - 0 -1 -1 0
perl probe.pl userfaultfd 0
perl probe.pl io_uring_setup 1 -
perl probe.pl open_by_handle_at -100 - 0
perl probe.pl fanotify_init 0 0
perl probe.pl kexec_load 0 0 - 0
perl probe.pl init_module - 8 -
