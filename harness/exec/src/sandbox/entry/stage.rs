//! The stage: a small file system with what bubblewrap needs and nothing else, which takes the place of the machine's.
//!
//! So no path of the machine is seen from inside, not in `mountinfo` either: the root and the writable folders are
//! overlays, whose names are those of the stage.

use super::{EMPTY, Entry, POINTS, ROOT, TOOLS, bind, step, work_folder};
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::pivot_root;
use std::fs::{self, File};
use std::path::Path;

/// What bubblewrap's `/dev` is made of.
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

/// What a sandbox may have of memory that belongs to no process (sysvipc(7)): message queues, sets of semaphores,
/// segments, and pages of these.
const SHARED: [(&str, &str); 4] = [
    ("msgmni", "64"),
    ("sem", "32 2048 32 64"),
    ("shmmni", "64"),
    ("shmall", "16384"),
];

/// Makes the stage and moves onto it. This process is the init of its process-id namespace.
pub(super) fn raise(entry: &Entry) -> Result<(), String> {
    let at = &entry.mounts;
    let small = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    step(
        "stage",
        mount(
            Some("tmpfs"),
            at,
            Some("tmpfs"),
            small,
            Some("size=1m,mode=755"),
        ),
    )?;
    std::env::set_current_dir(at).map_err(|e| format!("{}: {e}", at.display()))?;
    bind_folder(&entry.tools, relative(TOOLS))?;
    read_only(relative(TOOLS))?;
    bind_folder(&entry.hold, "hold")?;
    lay_root(entry)?;
    for (number, name) in entry.binds.iter().enumerate() {
        lay_writable(name, relative(&bind(number)))?;
    }
    folder("dev")?;
    for device in DEVICES {
        let to = format!("dev/{device}");
        File::create(&to).map_err(|e| format!("{to}: {e}"))?;
        bind_mount(Path::new("/dev").join(device).as_path(), &to)?;
        // The device can be written to, its time and mode cannot.
        read_only(&to)?;
    }
    // While the machine's is still there: the kernel gives a new one only to who sees a whole one.
    folder("proc")?;
    kind(
        "proc",
        "proc",
        MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC,
    )?;
    for (limit, most) in SHARED {
        // Of this namespace. Older kernels let the machine's root alone set it.
        let _ = fs::write(format!("proc/sys/kernel/{limit}"), most);
    }
    if entry.registrations.is_some() {
        folder("binfmt")?;
        kind("binfmt_misc", "binfmt", MsFlags::empty())?;
    }
    for name in ["old", "tmp"] {
        folder(name)?;
    }
    step("turning to the stage", pivot_root(".", "old"))?;
    step("leaving the machine", umount2("/old", MntFlags::MNT_DETACH))?;
    std::env::set_current_dir("/").map_err(|e| format!("/: {e}"))?;
    for line in entry.registrations.iter().flatten() {
        fs::write("/binfmt/register", line)
            .map_err(|e| format!("binfmt_misc refused `{line}`: {e}"))?;
    }
    Ok(())
}

/// A path of the stage, as it is called before the stage is the root.
fn relative(path: &str) -> &str {
    path.trim_start_matches('/')
}

fn folder(name: &str) -> Result<(), String> {
    fs::create_dir(name).map_err(|e| format!("{name}: {e}"))
}

fn bind_mount(from: &Path, to: &str) -> Result<(), String> {
    let what = format!("bringing {} in", from.display());
    step(
        &what,
        mount(Some(from), to, None::<&str>, MsFlags::MS_BIND, None::<&str>),
    )
}

fn bind_folder(from: &Path, to: &str) -> Result<(), String> {
    folder(to)?;
    bind_mount(from, to)
}

fn kind(kind: &str, at: &str, flags: MsFlags) -> Result<(), String> {
    let what = format!("mounting {kind}");
    step(
        &what,
        mount(Some(kind), at, Some(kind), flags, None::<&str>),
    )
}

fn overlay(at: &str, flags: MsFlags, options: &str) -> nix::Result<()> {
    mount(Some("overlay"), at, Some("overlay"), flags, Some(options))
}

/// Makes a bind read-only, with whatever else already holds for what is bound.
fn read_only(at: &str) -> Result<(), String> {
    let found = step(&format!("looking at {at}"), statvfs(at))?.flags();
    let kept = [
        (FsFlags::ST_NOSUID, MsFlags::MS_NOSUID),
        (FsFlags::ST_NODEV, MsFlags::MS_NODEV),
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
        (FsFlags::ST_NOATIME, MsFlags::MS_NOATIME),
        (FsFlags::ST_NODIRATIME, MsFlags::MS_NODIRATIME),
        (FsFlags::ST_RELATIME, MsFlags::MS_RELATIME),
    ];
    let kept = kept.iter().filter(|(has, _)| found.contains(*has));
    let kept: MsFlags = kept.map(|(_, keep)| *keep).collect();
    let flags = MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY | kept;
    let what = format!("making {at} read-only");
    step(
        &what,
        mount(None::<&str>, at, None::<&str>, flags, None::<&str>),
    )
}

/// The layers over each other, read-only. The uppermost has the folders that bubblewrap mounts something on: what an
/// artifact has in their place, a link above all, is not followed. It is what an overlay of one layer wants, too.
fn lay_root(entry: &Entry) -> Result<(), String> {
    let mut names = vec![format!("hold/{POINTS}")];
    for (number, layer) in entry.layers.iter().enumerate() {
        // Under short names: options split paths at colons and commas.
        let name = format!("layer{number}");
        bind_folder(layer, &name)?;
        read_only(&name)?;
        names.push(name);
    }
    let at = relative(ROOT);
    folder(at)?;
    let options = format!("lowerdir={}", names.join(":"));
    let flags = MsFlags::MS_RDONLY | MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    step("overlay", overlay(at, flags, &options))
}

/// A writable folder. Where the file system cannot be the upper one of an overlay (it is one itself), the folder
/// itself is brought in, and `mountinfo` tells its place.
fn lay_writable(name: &str, at: &str) -> Result<(), String> {
    folder(at)?;
    let work = work_folder(name);
    let options =
        format!("lowerdir=hold/{EMPTY},upperdir=hold/{name},workdir=hold/{work},userxattr");
    match overlay(at, MsFlags::MS_NOSUID | MsFlags::MS_NODEV, &options) {
        Ok(()) => Ok(()),
        Err(_) => bind_mount(Path::new("hold").join(name).as_path(), at),
    }
}
