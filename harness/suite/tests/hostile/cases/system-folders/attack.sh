# Writes to folders of the system.
# expect: bits
for folder in / /usr /usr/lib /etc /bin /sys /sys/fs/cgroup /proc /proc/sys /dev /run /var; do
  (echo x > $folder/hostile) 2>/dev/null && echo "WRITTEN $folder" || :
done
(echo /tmp/x.so > /etc/ld.so.preload) 2>/dev/null || :
