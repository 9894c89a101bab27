# Mounts, remounts, unmounts.
# expect: bits
for options in 32 4096 16384 262144 32768; do perl probe.pl mount none / tmpfs $options -; done
perl probe.pl umount2 / 0
perl probe.pl pivot_root / /
perl probe.pl open_tree -100 / 1
perl probe.pl move_mount -100 / -100 /tmp 0
perl probe.pl fsopen tmpfs 0
perl probe.pl mount_setattr -100 / 0 - 32
