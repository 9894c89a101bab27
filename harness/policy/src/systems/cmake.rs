//! `cmake`: the same compilers and settings on the command line of both sides; a toolchain file on top
//! where build and host differ, with what CMake takes from nowhere else: naming a system in it is what
//! turns cross-compiling on (cmake-toolchains(7)).

use super::{Context, Recipe, library_folder, on_build, phase, run};
use crate::shell;
use crossproof_model::case::PhaseName;
use crossproof_model::plan::paths;

/// CMake's variables for tools: compilers by name, which it looks up; the rest by path, because it
/// uses them as they are.
const COMPILERS: [(&str, &str); 2] = [("CMAKE_C_COMPILER", "gcc"), ("CMAKE_CXX_COMPILER", "g++")];
const BINUTILS: [(&str, &str); 6] = [
    ("CMAKE_AR", "ar"),
    ("CMAKE_RANLIB", "ranlib"),
    ("CMAKE_STRIP", "strip"),
    ("CMAKE_NM", "nm"),
    ("CMAKE_OBJCOPY", "objcopy"),
    ("CMAKE_LINKER", "ld"),
];

pub(super) fn recipe(context: &Context) -> Recipe {
    // Named after the host, as Debian's own builds are: a source may have a `build` folder of its own.
    let folder = format!("obj-{}", context.host.gnu());
    let environment = [
        (
            "CMAKE_BUILD_PARALLEL_LEVEL".to_owned(),
            Some("1".to_owned()),
        ),
        ("DESTDIR".to_owned(), Some(paths::DESTINATION.to_owned())),
    ];
    let build = ["cmake", "--build", &folder].into_iter();
    let install = ["cmake", "--install", &folder].into_iter();
    Recipe {
        packages: vec![on_build("cmake"), on_build("make")],
        environment: environment.into(),
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
    }
}

fn configure(context: &Context, folder: &str) -> String {
    let mut words: Vec<String> = ["cmake", "-S", ".", "-B", folder, "-G", "Unix Makefiles"]
        .map(str::to_owned)
        .into();
    for (variable, tool) in COMPILERS {
        words.push(format!("-D{variable}={}", context.tool(tool)));
    }
    for (variable, tool) in BINUTILS {
        words.push(format!("-D{variable}=/usr/bin/{}", context.tool(tool)));
    }
    words.push("-DCMAKE_INSTALL_PREFIX=/usr".to_owned());
    words.push(format!(
        "-DCMAKE_INSTALL_LIBDIR={}",
        library_folder(context.host)
    ));
    // Optimized and with debug information, as `configure` scripts do by themselves. Last, so that an
    // author's own setting wins.
    words.push("-DCMAKE_BUILD_TYPE=RelWithDebInfo".to_owned());
    let mut script = String::new();
    if context.build != context.host {
        let file = format!("{}/toolchain.cmake", paths::HOME);
        words.push(format!("-DCMAKE_TOOLCHAIN_FILE={file}"));
        script = toolchain(context, &file);
    }
    let words = words.iter().map(String::as_str);
    script += &shell::command(words.chain(context.arguments(PhaseName::Configure)));
    script.push('\n');
    script
}

fn toolchain(context: &Context, file: &str) -> String {
    // Multiarch roots hold both platforms' libraries in one tree: programs are the build platform's,
    // libraries are found by the host's triplet, headers and packages are shared.
    format!(
        "cat > {file} <<'end of toolchain'
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR {processor})
set(CMAKE_LIBRARY_ARCHITECTURE {gnu})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY BOTH)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE BOTH)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE BOTH)
end of toolchain
",
        processor = context.host.machine(),
        gnu = context.host.gnu(),
    )
}
