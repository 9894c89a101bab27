//! `autotools`: `configure` with both platforms named. On the native side they are the same, which is
//! what makes `configure` run its tests instead of guessing; that is a difference worth finding.

use super::{Context, Recipe, destdir, library_folder, on_build, phase, run};
use crate::shell;
use crossproof_model::case::PhaseName;

pub(super) fn recipe(context: &Context) -> Recipe {
    let build = format!("--build={}", context.build.gnu());
    let host = format!("--host={}", context.host.gnu());
    let libdir = format!("--libdir=/usr/{}", library_folder(context.host));
    let target = context
        .case
        .emits
        .map(|target| format!("--target={}", target.gnu()));
    let configure = ["./configure", &build, &host]
        .into_iter()
        .chain(target.as_deref())
        .chain(["--prefix=/usr", &libdir])
        .chain(["--sysconfdir=/etc", "--localstatedir=/var"])
        .chain(context.arguments(PhaseName::Configure));
    // A source that comes from version control has no `configure` yet. The packages that make one are
    // the author's to name: most sources bring theirs.
    let configure = format!(
        "[ -e configure ] || autoreconf -fi\n{}\n",
        shell::command(configure)
    );
    let destdir = destdir();
    let make = ["make"].into_iter();
    let install = ["make", "install", &destdir].into_iter();
    Recipe {
        packages: vec![on_build("make")],
        phases: vec![
            phase(PhaseName::Configure, configure),
            run(
                PhaseName::Build,
                make.chain(context.arguments(PhaseName::Build)),
            ),
            run(
                PhaseName::Install,
                install.chain(context.arguments(PhaseName::Install)),
            ),
        ],
        ..Recipe::default()
    }
}
