# Takes a better place in the queue, or a different processor.
# expect: bits
perl probe.pl sched_setaffinity 0 8 -
perl -e 'setpriority(0, 0, -10) and getpriority(0, 0) < 0 and print "ESCAPED priority\n"; exit 0'
