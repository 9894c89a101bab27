# Has pipes, sockets, and files closed to all.
# expect: bits
mkdir -p "$DESTDIR/usr/closed"
cd "$DESTDIR/usr"
perl -MSocket -e 'use POSIX; mkfifo("pipe", 0644); socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, sockaddr_un("socket"))'
echo x > none
chmod 0 none closed
