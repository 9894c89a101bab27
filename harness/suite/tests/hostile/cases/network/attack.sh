# Connects to the machine and to others.
# expect: bits
perl -MSocket -e 'for my $to (["127.0.0.1", @PORT@], ["1.1.1.1", 53], ["169.254.169.254", 80]) { socket(my $s, AF_INET, SOCK_STREAM, 0) or next; $SIG{ALRM} = sub { exit }; alarm 3; connect($s, sockaddr_in($$to[1], inet_aton($$to[0]))) and print "ESCAPED $$to[0]\n" }'
