//! What a harness that was killed can leave behind: bubblewrap's second process waits for the first one before it
//! asks to be ended with it, and waits for ever if the first is ended just then.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::path::{Path, PathBuf};

/// Ends such processes of sandboxes that were started from `tools`. They have done nothing yet: they still are in
/// that folder, and the process that started them is gone.
pub fn end_orphans(tools: &Path) {
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        if orphan(&entry.path(), tools) {
            // It may have ended by itself meanwhile.
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

fn orphan(process: &Path, tools: &Path) -> bool {
    let in_tools =
        |process: &Path| fs::read_link(process.join("cwd")).is_ok_and(|folder| folder == tools);
    if !in_tools(process) {
        return false;
    }
    let status = fs::read_to_string(process.join("status")).unwrap_or_default();
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name));
    // In a process-id namespace of its own: the first process of a sandbox is not.
    let second = field("NSpid:").is_some_and(|ids| ids.split_whitespace().count() > 1);
    let parent = field("PPid:").map(str::trim).unwrap_or_default();
    second && !in_tools(&PathBuf::from("/proc").join(parent))
}
