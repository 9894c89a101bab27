//! Nothing outlives its sandbox: everything is below the init of a process-id namespace, which the kernel empties when
//! the init ends. The init is not seen from inside: bubblewrap has a namespace of its own below it.

use super::{FAILED, fail, step};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::{set_dumpable, set_pdeathsig};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};
use std::convert::Infallible;
use std::fs::File;

/// Starts `inside` as the init of a process-id namespace, and exits as it does. On SIGTERM it ends that
/// first, and with it everything below it.
pub(super) fn guard(
    inside: impl FnOnce() -> Result<Infallible, String>,
    report: &File,
) -> Result<Infallible, String> {
    let mut awaited = SigSet::empty();
    awaited.add(Signal::SIGCHLD);
    awaited.add(Signal::SIGTERM);
    step("signals", awaited.thread_block())?;
    step("process-id namespace", unshare(CloneFlags::CLONE_NEWPID))?;
    let (alive, leash) = std::io::pipe().map_err(|e| format!("pipe: {e}"))?;
    let init = match forked()? {
        None => {
            drop(leash);
            fail(report, &tied(&alive).and_then(|()| inside()))
        }
        Some(init) => init,
    };
    loop {
        if step("waiting for a signal", awaited.wait())? == Signal::SIGTERM {
            step("ending the sandbox", kill(init, Signal::SIGKILL))?;
        }
        if let Some(status) = ended(init)? {
            drop(leash);
            std::process::exit(status)
        }
    }
}

/// The init ends with the entry. It is asked for after the fork, so that the entry may be gone by then.
fn tied(alive: &std::io::PipeReader) -> Result<(), String> {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use std::os::fd::AsFd;
    step("parent-death signal", set_pdeathsig(Signal::SIGKILL))?;
    let mut asked = [PollFd::new(alive.as_fd(), PollFlags::POLLIN)];
    match step("looking for the entry", poll(&mut asked, PollTimeout::ZERO))? {
        0 => Ok(()),
        _ => Err("the entry is gone".to_owned()),
    }
}

/// As the init: starts `command`, and exits as it does; waits for what loses its parent meanwhile, too.
pub(super) fn init(
    report: &File,
    command: impl FnOnce() -> Result<Infallible, String>,
) -> Result<Infallible, String> {
    // No process below may look into it or stop it.
    step("closing the memory", set_dumpable(false))?;
    let Some(child) = forked()? else {
        let unblocked = SigSet::all().thread_unblock();
        fail(report, &step("signals", unblocked).and_then(|()| command()))
    };
    loop {
        match step("waiting", waitpid(None, None))? {
            WaitStatus::Exited(pid, code) if pid == child => std::process::exit(code),
            WaitStatus::Signaled(pid, signal, _) if pid == child => {
                std::process::exit(128 + signal as i32)
            }
            _ => {}
        }
    }
}

fn forked() -> Result<Option<Pid>, String> {
    #[expect(unsafe_code, reason = "this process has one thread")]
    let forked = unsafe { fork() };
    Ok(match step("process", forked)? {
        ForkResult::Parent { child } => Some(child),
        ForkResult::Child => None,
    })
}

/// With what status the process has ended, if it has.
fn ended(process: Pid) -> Result<Option<i32>, String> {
    let waited = waitpid(process, Some(WaitPidFlag::WNOHANG));
    Ok(match step("waiting for the init", waited)? {
        WaitStatus::Exited(_, code) => Some(code),
        WaitStatus::Signaled(..) => Some(FAILED),
        _ => None,
    })
}
