# Sees and ends processes of the machine.
# expect: bits
for process in /proc/[0-9]*; do
  tr '\0' ' ' < $process/cmdline 2>/dev/null | grep -q "@CANARY@" && echo "ESCAPED $process" || :
done
perl -e 'kill(0, @PROCESS@) and print "ESCAPED kill\n"'
