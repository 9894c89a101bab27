# Looks for what the harness has open.
# expect: bits
for descriptor in /proc/self/fd/*; do
  case $(readlink $descriptor) in /*canary*|/*store*) echo "ESCAPED $descriptor" ;; esac
done
