# Connects to a socket that has no path.
# expect: bits
perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); connect($s, sockaddr_un("\0@SOCKET@")) and print "ESCAPED abstract\n"; exit 0'
