# Asks the kernel for what is the machine's own.
# expect: bits
perl probe.pl finit_module 0 - 0
perl probe.pl delete_module loop 0
perl probe.pl reboot 0xfee1dead 672274793 0 0
perl probe.pl swapon probe.pl 0
perl probe.pl syslog 3 - 4096
perl probe.pl acct probe.pl
perl probe.pl quotactl 0 / 0 -
perl probe.pl kcmp 1 1 0 0 0
