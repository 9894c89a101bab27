//! `python`: a wheel by the source's own back end (PEP 517), setuptools or meson-python, in the Python that is
//! there: no isolated one, which would want a network. That Python is the build platform's. How to compile, what
//! extension modules are called and what the wheel says it is for, back ends ask `sysconfig`, and it answers for
//! the host where two variables say so, which are the same on both sides; Debian's `libpython3-dev` brings the
//! host's data and headers. What asks `struct`, `sys` or `platform` is answered for the build platform still.

use super::{Context, Recipe, meson, on_build, phase};
use crate::shell;
use crossproof_model::case::{Category, Dependency, Environment, PhaseName};
use crossproof_model::plan::paths;

pub(super) fn recipe(context: &Context) -> Recipe {
    let programs = ["python3", "python3-build", "python3-installer"].into_iter();
    let backends = ["python3-setuptools", "python3-wheel", "python3-mesonpy"];
    let headers = Dependency {
        category: Category::HostHost,
        package: "libpython3-dev".to_owned(),
    };
    Recipe {
        packages: programs
            .chain(backends)
            .map(on_build)
            .chain([headers])
            .collect(),
        environment: environment(context),
        phases: vec![
            phase(PhaseName::Build, build(context)),
            phase(PhaseName::Install, install(context)),
        ],
    }
}

fn environment(context: &Context) -> Environment {
    let (gnu, machine) = (context.host.gnu(), context.host.machine());
    let pairs = [
        // What `sysconfig` reads, and what it says the platform is: CPython's own variables for cross-compiling.
        (
            "_PYTHON_SYSCONFIGDATA_NAME",
            format!("_sysconfigdata__{gnu}"),
        ),
        ("_PYTHON_HOST_PLATFORM", format!("linux-{machine}")),
        // Where Debian's Python has its packages, instead of below /usr/local.
        ("DEB_PYTHON_INSTALL_LAYOUT", "deb_system".to_owned()),
        // The root's modules are not compiled and it is read-only: each process would compile them anew.
        ("PYTHONPYCACHEPREFIX", format!("{}/pycache", paths::HOME)),
    ];
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Some(value)))
        .collect()
}

/// Where the wheel is left: a source may have a `dist` folder of its own.
fn wheels() -> String {
    format!("{}/wheels", paths::HOME)
}

fn build(context: &Context) -> String {
    let machine = meson::machine(context);
    let setup = format!("-Csetup-args={}={}", machine.option, machine.file);
    // By itself meson-python builds in a folder with a name by chance, which debug information keeps.
    let folder = format!("-Cbuild-dir=obj-{}", context.host.gnu());
    let wheels = wheels();
    // Debian has one version of each back end, whichever the source asks for.
    let words = ["--wheel", "--no-isolation", "--skip-dependency-check"].into_iter();
    let words = words.chain(["--outdir", &wheels]);
    format!(
        "set --
if grep -qs mesonpy pyproject.toml; then
{}set -- {} {folder} -Ccompile-args=-j1
fi
python3 -m build \"$@\" {}
",
        machine.script,
        shell::quote(&setup),
        shell::command(words.chain(context.arguments(PhaseName::Build))),
    )
}

/// Unpacks the wheel. Without bytecode, which has the time of its source in it and which the host's Python makes
/// by itself, and without `RECORD`, the list for what would uninstall it: as Debian's own packages are.
fn install(context: &Context) -> String {
    let words = ["python3", "-m", "installer", "--no-compile-bytecode"].into_iter();
    let words = words.chain(["--destdir", paths::DESTINATION]);
    format!(
        "{} {}/*.whl\nfind {} -path '*.dist-info/RECORD' -delete\n",
        shell::command(words.chain(context.arguments(PhaseName::Install))),
        wheels(),
        paths::DESTINATION
    )
}
