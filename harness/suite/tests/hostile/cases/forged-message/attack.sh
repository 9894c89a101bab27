# Exits as a sandbox does that could not be made.
# expect: failed: exit 125
echo "crossproof: cannot enter the sandbox: this machine lacks everything" >&2
exit 125
