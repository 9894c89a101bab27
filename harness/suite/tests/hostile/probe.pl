# Makes a system call that must be refused, and says so where it is not: probe.pl CALL ARGUMENT...
# An argument is a number, a text, or one of the buffers below; `-` is zeros.
use strict;
use POSIX ();

my ($call, @arguments) = @ARGV;

# Numbers of x86-64 and of arm64 (syscalls(2)).
my %numbers = (
    acct => [163, 89], add_key => [248, 217], adjtimex => [159, 171], bpf => [321, 280],
    chroot => [161, 51], clock_settime => [227, 112], clone3 => [435, 435], delete_module => [176, 106],
    fanotify_init => [300, 262], finit_module => [313, 273], fsopen => [430, 430], init_module => [175, 105],
    io_uring_setup => [425, 425], kcmp => [312, 272], kexec_load => [246, 104], keyctl => [250, 219],
    memfd_create => [319, 279], memfd_secret => [447, 447], mount => [165, 40], mount_setattr => [442, 442],
    move_mount => [429, 429], open_by_handle_at => [304, 265], open_tree => [428, 428],
    perf_event_open => [298, 241], pidfd_getfd => [438, 438], pivot_root => [155, 41],
    process_vm_readv => [310, 270], ptrace => [101, 117], quotactl => [179, 60], reboot => [169, 142],
    request_key => [249, 218], sched_setaffinity => [203, 122], sethostname => [170, 161], setgid => [106, 144],
    setgroups => [116, 159], setns => [308, 268], settimeofday => [164, 170], setuid => [105, 146],
    socket => [41, 198], swapon => [167, 224], syslog => [103, 116], umount2 => [166, 39], unshare => [272, 97],
    userfaultfd => [323, 282], vmsplice => [278, 75], io_setup => [206, 0],
);

# setxattr(2) of many files, each with as much as a file takes.
if ($call eq "attributes") {
    my $set = (POSIX::uname())[4] eq "x86_64" ? 188 : 5;
    for my $file (1 .. 9000) {
        my $path = "$ENV{DESTDIR}/usr/$file";
        open(my $handle, ">", $path) or die "$path: $!";
        close $handle;
        my ($name, $value) = ("user.hostile", "x" x 3000);
        die "no attributes here: $!" if syscall($set, $path, $name, $value, length $value, 0) < 0;
    }
    exit 0;
}

my $number = $numbers{$call} or die "no call `$call`";
my $machine = (POSIX::uname())[4] eq "x86_64" ? 0 : 1;
$! = 0;
# Where a call is let through after all, the clock keeps its time and its pace.
my %buffers = ("-" => "\0" x 4096, now => pack("qq", time, 0), frequency => pack("L", 2) . "\0" x 4092);
my @words = map { exists $buffers{$_} ? $buffers{$_} : /^0x/ ? hex : /^-?\d+$/ ? int : "$_\0" } @arguments;
my $came = syscall($$number[$machine], @words);
my $error = $! + 0;
# 14, a bad address: it was about to do it.
my $held = $came < 0 && $error != 14;
print $held ? "held $call $error\n" : "ESCAPED $call $came $error\n";
