//! `meson`: one machine file with the same tools on both sides. Where build and host differ it is a cross file
//! and names the host machine, which is what turns cross-compiling on (Meson manual, "Cross compilation").

use super::{Context, Recipe, library_folder, on_build, phase, run};
use crate::shell;
use crossproof_model::case::{EmulatedBuild, PhaseName};
use crossproof_model::plan::paths;

/// Tools by the names that machine files have for them.
const BINARIES: [(&str, &str); 5] = [
    ("c", "gcc"),
    ("cpp", "g++"),
    ("ar", "ar"),
    ("strip", "strip"),
    ("objcopy", "objcopy"),
];

pub(super) fn recipe(context: &Context) -> Recipe {
    // Named after the host, as Debian's own builds are: a source may have a `build` folder of its own.
    let folder = format!("obj-{}", context.host.gnu());
    let build = ["meson", "compile", "-C", &folder, "-j", "1"].into_iter();
    let install = ["meson", "install", "-C", &folder, "--no-rebuild"].into_iter();
    Recipe {
        packages: vec![on_build("meson")],
        phases: vec![
            phase(PhaseName::Configure, configure(context, &folder)),
            run(
                PhaseName::Build,
                build.chain(context.arguments(PhaseName::Build)),
            ),
            run(
                PhaseName::Install,
                install.chain(context.arguments(PhaseName::Install)),
            ),
        ],
        ..Recipe::default()
    }
}

fn configure(context: &Context, folder: &str) -> String {
    let machine = machine(context);
    let libdir = format!("--libdir={}", library_folder(context.host));
    let words = ["meson", "setup"];
    // Optimized and with debug information, as `configure` scripts do by themselves.
    let usual = ["--buildtype=debugoptimized", "--wrap-mode=nodownload"];
    let words = words
        .into_iter()
        .chain([machine.option, &machine.file])
        .chain(["--prefix=/usr", &libdir])
        .chain(["--sysconfdir=/etc", "--localstatedir=/var"])
        .chain(usual)
        .chain(context.arguments(PhaseName::Configure))
        .chain([folder]);
    format!("{}{}\n", machine.script, shell::command(words))
}

/// The machine file of a leg.
pub(super) struct Machine {
    /// What writes it.
    pub(super) script: String,
    /// The option of `meson setup` that it follows.
    pub(super) option: &'static str,
    /// Where it is.
    pub(super) file: String,
}

/// A cross file where build and host differ, else a native file.
pub(super) fn machine(context: &Context) -> Machine {
    let cross = context.build != context.host;
    let file = format!("{}/machine.ini", paths::HOME);
    Machine {
        script: format!(
            "cat > {file} <<'end of machine file'\n{}end of machine file\n",
            machine_file(context, cross)
        ),
        option: if cross {
            "--cross-file"
        } else {
            "--native-file"
        },
        file,
    }
}

fn machine_file(context: &Context, cross: bool) -> String {
    let gnu = context.host.gnu();
    let mut text = "[binaries]\n".to_owned();
    for (name, tool) in BINARIES {
        text += &format!("{name} = '{}'\n", context.tool(tool));
    }
    text += "pkg-config = 'pkg-config'\n";
    // With emulation registered, any launcher starts a program of the host.
    if cross && context.case.build.emulated == EmulatedBuild::Granted {
        text += "exe_wrapper = '/usr/bin/env'\n";
    }
    text += &format!(
        "[properties]\npkg_config_libdir = '/usr/lib/{gnu}/pkgconfig:/usr/share/pkgconfig'\n"
    );
    if cross {
        text += &format!(
            "needs_exe_wrapper = true
[host_machine]
system = 'linux'
cpu_family = '{}'
cpu = '{}'
endian = 'little'
",
            context.host.meson_family(),
            context.host.machine()
        );
    }
    text
}
