# Sets the clock and the machine's name.
# expect: bits
perl probe.pl settimeofday now 0
perl probe.pl clock_settime 0 now
perl probe.pl adjtimex frequency
perl probe.pl sethostname hostile 7
