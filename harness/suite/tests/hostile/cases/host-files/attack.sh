# Reads files of the machine.
# expect: bits
for path in @CANARY@ /root/.ssh /home /var/log/dpkg.log /boot /oldroot /root0 /proc/1/root@CANARY@ /proc/1/cwd /proc/self/root/../@CANARY@; do
  [ ! -e "$path/canary" ] && [ ! -f "$path" ] || echo "ESCAPED $path"
done
grep -r "@CANARY@" /proc/self/mountinfo /proc/mounts && echo "ESCAPED mountinfo" || :
