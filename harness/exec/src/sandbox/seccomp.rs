//! What system calls a sandboxed program is refused (seccomp(2)): those that reach beyond its own processes and files,
//! and those that no build needs and that have been the kernel's weak spots.
//!
//! A program of a different architecture that the processor runs too (32-bit) has calls of its own: they are refused
//! alike. The emulator makes the calls of what it emulates, so that the same holds there.

use crossproof_model::Platform;

/// Why a call is refused, as it is told: errno(3).
#[derive(Clone, Copy)]
#[repr(u32)]
enum Refusal {
    /// Not allowed.
    Perm = 1,
    /// Out of range.
    Inval = 22,
    /// No such call: programs have another way then.
    Nosys = 38,
    /// No such kind of socket.
    Family = 97,
}

/// When a call is refused, by its arguments, counted from zero.
#[derive(Clone, Copy)]
enum When {
    Always,
    /// The argument has one of these bits.
    Any(u32, u32),
    /// The argument has the first of these bits and not the second.
    Without(u32, u32, u32),
    /// The argument is one of these.
    OneOf(u32, &'static [u32]),
    /// The argument is none of these.
    NoneOf(u32, &'static [u32]),
    /// The argument is larger.
    Above(u32, u32),
}

use Refusal::{Family, Inval, Nosys, Perm};
use When::{Above, Always, Any, NoneOf, OneOf, Without};

/// All namespaces: `CLONE_NEW*`.
const NAMESPACES: u32 = 0x7e02_0080;

/// `CLONE_THREAD`, `CLONE_FILES`: threads of a process have its open files, by which these are counted.
const THREAD: u32 = 0x0001_0000;
const FILES: u32 = 0x0000_0400;

/// Local, IPv4, IPv6, and what the C library asks about interfaces.
const FAMILIES: &[u32] = &[1, 2, 10, 16];

/// `PTRACE_ATTACH`, `PTRACE_SEIZE`: what is started under a debugger can be debugged, nothing else.
const ATTACHING: &[u32] = &[16, 0x4206];

/// `TIOCSTI`, `TIOCLINUX`: putting words into a terminal.
const TERMINAL: &[u32] = &[0x5412, 0x541c];

/// Segments of shared memory that no process holds are in no process's memory: small ones only.
const SEGMENT: u32 = 64 << 10;

/// Semaphores of one set, alike: the largest set a build has is one.
const SEMAPHORES: u32 = 32;

/// No call of that number.
const NONE: u32 = u32::MAX;

/// A call's numbers (x86-64, 32-bit x86, arm64, 32-bit ARM), when it is refused, and how.
type Row = ([u32; 4], When, Refusal);

const fn same(number: u32) -> [u32; 4] {
    [number; 4]
}

/// The calls, in the order of the first column.
const ROWS: [Row; 58] = [
    ([16, 54, 29, 54], OneOf(1, TERMINAL), Perm),    // ioctl
    ([29, 395, 194, 307], Above(1, SEGMENT), Inval), // shmget
    ([64, 393, 190, 299], Above(1, SEMAPHORES), Inval), // semget
    ([41, 359, 198, 281], NoneOf(0, FAMILIES), Family), // socket
    ([56, 120, 220, 120], Any(0, NAMESPACES), Perm), // clone
    ([56, 120, 220, 120], Without(0, THREAD, FILES), Perm), // clone
    ([101, 26, 117, 26], OneOf(0, ATTACHING), Perm), // ptrace
    ([103, 103, 116, 103], Always, Perm),            // syslog
    ([155, 217, 41, 218], Always, Perm),             // pivot_root
    ([163, 51, 89, 51], Always, Perm),               // acct
    ([165, 21, 40, 21], Always, Perm),               // mount
    ([166, 52, 39, 52], Always, Perm),               // umount2
    ([NONE, 22, NONE, NONE], Always, Perm),          // umount
    ([167, 87, 224, 87], Always, Perm),              // swapon
    ([168, 115, 225, 115], Always, Perm),            // swapoff
    ([169, 88, 142, 88], Always, Perm),              // reboot
    ([172, 110, NONE, NONE], Always, Perm),          // iopl
    ([173, 101, NONE, NONE], Always, Perm),          // ioperm
    ([175, 128, 105, 128], Always, Perm),            // init_module
    ([176, 129, 106, 129], Always, Perm),            // delete_module
    ([179, 131, 60, 131], Always, Perm),             // quotactl
    // It stays on the processor it was given.
    ([203, 241, 122, 241], Always, Perm), // sched_setaffinity
    // The machine has a number of them for all.
    ([206, 245, 0, 243], Always, Nosys),  // io_setup
    ([246, 283, 104, 347], Always, Perm), // kexec_load
    ([248, 286, 217, 309], Always, Perm), // add_key
    ([249, 287, 218, 310], Always, Perm), // request_key
    ([250, 288, 219, 311], Always, Perm), // keyctl
    ([272, 310, 97, 337], Any(0, NAMESPACES | FILES), Perm), // unshare
    // It holds pages that are in no process's memory any more.
    ([278, 316, 75, 343], Always, Nosys), // vmsplice
    ([298, 336, 241, 364], Always, Perm), // perf_event_open
    ([300, 338, 262, 367], Always, Perm), // fanotify_init
    ([304, 342, 265, 371], Always, Perm), // open_by_handle_at
    ([308, 346, 268, 375], Always, Perm), // setns
    ([310, 347, 270, 376], Always, Perm), // process_vm_readv
    ([311, 348, 271, 377], Always, Perm), // process_vm_writev
    ([312, 349, 272, 378], Always, Perm), // kcmp
    ([313, 350, 273, 379], Always, Perm), // finit_module
    // Memory that no process need hold.
    ([319, 356, 279, 385], Always, Nosys), // memfd_create
    ([320, NONE, 294, 401], Always, Perm), // kexec_file_load
    ([321, 357, 280, 386], Always, Perm),  // bpf
    ([323, 374, 282, 388], Always, Perm),  // userfaultfd
    // Calls that carry their arguments in memory, where a filter does not see them; all have newer ways.
    ([NONE, 102, NONE, 102], Always, Nosys), // socketcall
    ([NONE, 117, NONE, 117], Always, Nosys), // ipc
    (same(435), Always, Nosys),              // clone3
    (same(425), Always, Nosys),              // io_uring_setup
    (same(426), Always, Nosys),              // io_uring_enter
    (same(427), Always, Nosys),              // io_uring_register
    (same(428), Always, Perm),               // open_tree
    (same(429), Always, Perm),               // move_mount
    (same(430), Always, Perm),               // fsopen
    (same(431), Always, Perm),               // fsconfig
    (same(432), Always, Perm),               // fsmount
    (same(433), Always, Perm),               // fspick
    (same(438), Always, Perm),               // pidfd_getfd
    (same(442), Always, Perm),               // mount_setattr
    (same(443), Always, Perm),               // quotactl_fd
    (same(447), Always, Nosys),              // memfd_secret
    (same(467), Always, Perm),               // open_tree_attr
];

/// `AUDIT_ARCH_*` of linux/audit.h with its column.
const X86_64: (u32, usize) = (0xc000_003e, 0);
const I386: (u32, usize) = (0x4000_0003, 1);
const ARM64: (u32, usize) = (0xc000_00b7, 2);
const ARM: (u32, usize) = (0x4000_0028, 3);
/// It has the numbers that all newer ports have, as arm64 has.
const RISCV64: (u32, usize) = (0xc000_00f3, 2);

/// Numbers from here on are x32's, a second set of calls of x86-64 that next to nothing uses.
const X32: u32 = 0x4000_0000;

/// The filter for programs that `machine` runs, as bubblewrap takes it: a classic BPF program, as `struct sock_filter`s.
pub(super) fn filter(machine: Platform) -> Vec<u8> {
    let columns: &[(u32, usize)] = match machine {
        Platform::X86_64 => &[X86_64, I386],
        Platform::Aarch64 => &[ARM64, ARM],
        Platform::Armv7 => &[ARM],
        Platform::Riscv64 => &[RISCV64],
    };
    let mut program = Vec::new();
    for (architecture, column) in columns {
        let block = block(*column);
        program.push(LOAD_ARCHITECTURE);
        // A conditional jump reaches 255 instructions, an unconditional one any number.
        program.push(jump_if(EQUAL, *architecture, 1, 0));
        program.push(op(JUMP, u32::try_from(block.len()).unwrap_or(u32::MAX)));
        program.extend(block);
    }
    // A call of no architecture that is known here.
    program.push(op(RETURN, KILL));
    let bytes = |one: &Op| {
        let (low, high) = (one.code.to_le_bytes(), one.k.to_le_bytes());
        [
            low[0], low[1], one.jt, one.jf, high[0], high[1], high[2], high[3],
        ]
    };
    program.iter().flat_map(bytes).collect()
}

/// The checks of one architecture; ends in allowing.
fn block(column: usize) -> Vec<Op> {
    let mut block = vec![LOAD_NUMBER];
    if column == X86_64.1 {
        block.extend([jump_if(AT_LEAST, X32, 0, 1), refuse(Nosys)]);
    }
    for (numbers, when, refusal) in ROWS {
        let number = numbers[column];
        if number == NONE {
            continue;
        }
        let refused = refuse(refusal);
        let check = match when {
            Always => vec![refused],
            Any(argument, bits) => vec![load(argument), jump_if(ANY_BIT, bits, 0, 1), refused],
            Without(argument, with, without) => vec![
                load(argument),
                jump_if(ANY_BIT, with, 0, 2),
                jump_if(ANY_BIT, without, 1, 0),
                refused,
            ],
            Above(argument, most) => vec![
                // A size has two halves.
                load_high(argument),
                jump_if(EQUAL, 0, 1, 0),
                refused,
                load(argument),
                jump_if(GREATER, most, 0, 1),
                refused,
            ],
            OneOf(argument, values) => {
                let each = values.iter();
                let each = each.flat_map(|value| [jump_if(EQUAL, *value, 0, 1), refused]);
                [load(argument)].into_iter().chain(each).collect()
            }
            NoneOf(argument, values) => {
                let over = |left: usize| u8::try_from(left).unwrap_or(u8::MAX);
                let each = values.iter().enumerate();
                let each =
                    each.map(|(at, value)| jump_if(EQUAL, *value, over(values.len() - at), 0));
                let each = [load(argument)].into_iter().chain(each);
                each.chain([refused]).collect()
            }
        };
        let over = u8::try_from(check.len() + 1).unwrap_or(u8::MAX);
        block.push(jump_if(EQUAL, number, 0, over));
        block.extend(check);
        // The number again, for the next row.
        block.push(LOAD_NUMBER);
    }
    block.push(op(RETURN, ALLOW));
    block
}

/// One instruction: `struct sock_filter` of linux/filter.h.
#[derive(Clone, Copy)]
struct Op {
    code: u16,
    jt: u8,
    jf: u8,
    k: u32,
}

const JUMP: u16 = 0x05;
const EQUAL: u16 = 0x15;
const GREATER: u16 = 0x25;
const AT_LEAST: u16 = 0x35;
const ANY_BIT: u16 = 0x45;
const LOAD: u16 = 0x20;
const RETURN: u16 = 0x06;
const ALLOW: u32 = 0x7fff_0000;
const KILL: u32 = 0x8000_0000;
const ERRNO: u32 = 0x0005_0000;

/// Where `struct seccomp_data` has the number, the architecture, and the arguments, eight bytes each, the low half first.
const LOAD_NUMBER: Op = op(LOAD, 0);
const LOAD_ARCHITECTURE: Op = op(LOAD, 4);
const ARGUMENTS: u32 = 16;

const fn op(code: u16, k: u32) -> Op {
    Op {
        code,
        jt: 0,
        jf: 0,
        k,
    }
}

const fn jump_if(code: u16, k: u32, jt: u8, jf: u8) -> Op {
    Op { code, jt, jf, k }
}

const fn load(argument: u32) -> Op {
    op(LOAD, ARGUMENTS + 8 * argument)
}

const fn load_high(argument: u32) -> Op {
    op(LOAD, ARGUMENTS + 8 * argument + 4)
}

const fn refuse(refusal: Refusal) -> Op {
    op(RETURN, ERRNO | refusal as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the filter answers to a call: runs its program.
    fn answer(machine: Platform, architecture: u32, number: u32, arguments: &[u64]) -> u32 {
        let mut data = [number.to_le_bytes(), architecture.to_le_bytes()].concat();
        data.resize(ARGUMENTS as usize, 0);
        data.extend(arguments.iter().flat_map(|argument| argument.to_le_bytes()));
        data.resize(64, 0);
        let program = filter(machine);
        let (mut at, mut value) = (0, 0);
        loop {
            let bytes = &program[at * 8..at * 8 + 8];
            let code = u16::from_le_bytes([bytes[0], bytes[1]]);
            let k = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
            let holds = match code {
                LOAD => {
                    let place = k as usize;
                    value = u32::from_le_bytes(data[place..place + 4].try_into().unwrap());
                    at += 1;
                    continue;
                }
                RETURN => return k,
                JUMP => {
                    at += 1 + k as usize;
                    continue;
                }
                EQUAL => value == k,
                GREATER => value > k,
                AT_LEAST => value >= k,
                ANY_BIT => value & k != 0,
                other => panic!("{other:#x}"),
            };
            at += 1 + usize::from(if holds { bytes[2] } else { bytes[3] });
        }
    }

    const PERM: u32 = ERRNO | 1;

    #[test]
    fn usual_calls_are_allowed() {
        let ask = |number, arguments: &[u64]| answer(Platform::X86_64, X86_64.0, number, arguments);
        for number in [0, 1, 2, 9, 59, 60, 231, 257, 334] {
            assert_eq!(ask(number, &[]), ALLOW, "{number}");
        }
        // fork, a thread, a child that is traced, sockets, a small segment, the size of a terminal.
        assert_eq!(ask(56, &[17]), ALLOW);
        assert_eq!(ask(56, &[0x003d_0f00]), ALLOW);
        assert_eq!(ask(101, &[0]), ALLOW);
        for family in [1, 2, 10, 16] {
            assert_eq!(ask(41, &[family, 1, 0]), ALLOW, "{family}");
        }
        assert_eq!(ask(29, &[0, 4096]), ALLOW);
        assert_eq!(ask(64, &[0, 1]), ALLOW);
        assert_eq!(ask(16, &[0, 0x5413]), ALLOW);
    }

    #[test]
    fn what_reaches_out_is_refused() {
        let ask = |number, arguments: &[u64]| answer(Platform::X86_64, X86_64.0, number, arguments);
        assert_eq!(ask(56, &[0x1000_0011]), PERM, "clone into a user namespace");
        assert_eq!(ask(272, &[0x0002_0000]), PERM, "unshare of mounts");
        assert_eq!(ask(272, &[0x400]), PERM, "unshare of open files");
        assert_eq!(ask(56, &[0x0001_0900]), PERM, "a thread without open files");
        assert_eq!(ask(278, &[]), ERRNO | 38, "vmsplice");
        assert_eq!(ask(206, &[1]), ERRNO | 38, "io_setup");
        assert_eq!(ask(101, &[16, 1]), PERM, "ptrace attaches");
        assert_eq!(ask(101, &[0x4206, 1]), PERM, "ptrace seizes");
        assert_eq!(ask(165, &[]), PERM, "mount");
        assert_eq!(ask(41, &[40, 1, 0]), ERRNO | 97, "vsock");
        assert_eq!(ask(41, &[38, 5, 0]), ERRNO | 97, "kernel crypto");
        assert_eq!(ask(29, &[0, 1 << 20]), ERRNO | 22, "a large segment");
        assert_eq!(ask(29, &[0, 1 << 32]), ERRNO | 22, "a larger one");
        assert_eq!(ask(64, &[0, 32_000]), ERRNO | 22, "many semaphores");
        assert_eq!(ask(435, &[]), ERRNO | 38, "clone3");
        assert_eq!(ask(X32 | 165, &[]), ERRNO | 38, "x32");
        assert_eq!(
            answer(Platform::X86_64, I386.0, 21, &[]),
            PERM,
            "32-bit mount"
        );
        assert_eq!(answer(Platform::X86_64, I386.0, 102, &[]), ERRNO | 38);
        assert_eq!(answer(Platform::X86_64, I386.0, 1, &[]), ALLOW);
        assert_eq!(answer(Platform::X86_64, ARM.0, 1, &[]), KILL, "no such");
        assert_eq!(answer(Platform::Aarch64, ARM64.0, 40, &[]), PERM);
        assert_eq!(answer(Platform::Aarch64, ARM.0, 21, &[]), PERM);
    }
}
