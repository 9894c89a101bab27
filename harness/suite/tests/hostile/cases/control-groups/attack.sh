# Makes control groups.
# expect: bits
[ ! -w /sys/fs/cgroup ] || echo "ESCAPED cgroup"
mkdir /sys/fs/cgroup/hostile 2>/dev/null && echo "ESCAPED cgroup" || :
mkdir -p /tmp/c
perl probe.pl mount none /tmp/c cgroup2 0 -
