//! What a harness that was killed can leave behind: bubblewrap's second process waits for the first one before it
//! asks to be ended with it, and waits for ever if the first is ended just then.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::path::{Path, PathBuf};

/// Ends such processes of sandboxes that were started from `tools`. They have done nothing yet: they still are in
/// that folder, and the process that started them is gone.
pub fn end_orphans(tools: &Path) {
    // As the kernel spells it: a store may be reached through a link.
    let Ok(tools) = fs::canonicalize(tools) else {
        return;
    };
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        if orphan(&entry.path(), &tools) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Child, Command, Stdio};
    use std::time::Duration;

    /// A process that is the first of a process-id namespace, below one that started it, both in `folder`.
    fn two_processes(folder: &Path) -> Child {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--pid", "--fork", "sleep", "600"]);
        command.current_dir(folder).stdin(Stdio::null());
        command.spawn().unwrap()
    }

    /// Waits until as many processes work in `folder`.
    fn wait_for(folder: &Path, wanted: usize) {
        let working = |entry: &fs::DirEntry| {
            fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == folder)
        };
        for _ in 0..400 {
            let processes = fs::read_dir("/proc").unwrap().flatten();
            if processes.filter(working).count() == wanted {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!(
            "there never were {wanted} processes in {}",
            folder.display()
        );
    }

    #[test]
    fn only_what_lost_the_process_that_started_it_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let (tools, link) = (folder.path().join("tools"), folder.path().join("link"));
        fs::create_dir(&tools).unwrap();
        std::os::unix::fs::symlink(&tools, &link).unwrap();
        let tools = tools.canonicalize().unwrap();
        let mut first = two_processes(&tools);
        wait_for(&tools, 2);
        end_orphans(&link);
        std::thread::sleep(Duration::from_millis(200));
        wait_for(&tools, 2);
        first.kill().unwrap();
        first.wait().unwrap();
        wait_for(&tools, 1);
        end_orphans(&link);
        wait_for(&tools, 0);
    }
}
