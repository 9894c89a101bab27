# Becomes a different user, or takes rights.
# expect: bits
for call in setuid setgid; do perl probe.pl $call 0; done
perl probe.pl setgroups 1 -
perl probe.pl chroot /
perl -e 'chown(0, 0, "probe.pl") and (stat "probe.pl")[4] == 0 and print "ESCAPED chown\n"; exit 0'
cap=$(sed -n 's/^Cap\(Prm\|Eff\|Bnd\|Amb\):\t//p' /proc/self/status | tr -d '0\n')
[ -z "$cap" ] || echo "ESCAPED rights $cap"
grep -q '^NoNewPrivs:.1' /proc/self/status || echo "ESCAPED new rights"
