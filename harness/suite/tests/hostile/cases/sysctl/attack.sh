# Writes settings of the machine.
# expect: bits
for setting in kernel/core_pattern kernel/printk_ratelimit_burst kernel/hostname kernel/modprobe vm/drop_caches fs/binfmt_misc/register; do
  (cat /proc/sys/$setting > /tmp/was && cat /tmp/was > /proc/sys/$setting) 2>/dev/null && echo "ESCAPED $setting" || :
done
