//! Dependency categories: build platform × host platform, as packages name them.

use crate::error::{Fault, Under};
use crate::text::Text;
use crossproof_model::case::{Category, Dependency};
use schemars::JsonSchema;
use std::collections::BTreeMap;

/// What `depends` may hold. Only its schema is used: reading by hand can explain a category that
/// breaks the platform order instead of calling it unknown.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "stands for its schema")]
pub(super) struct DependsSchema {
    /// Runs on the build platform, emits for it: make, code generators, the build machine's compiler.
    build_build: Option<Vec<String>>,
    /// Runs on the build platform, emits for the host platform: the cross compiler.
    build_host: Option<Vec<String>>,
    /// Runs on the build platform, emits for the target platform.
    build_target: Option<Vec<String>>,
    /// Runs on the host platform: libraries the product is linked to.
    host_host: Option<Vec<String>>,
    /// Runs on the host platform, emits for the target platform.
    host_target: Option<Vec<String>>,
    /// Runs on the target platform: what a compiler built here would link to.
    target_target: Option<Vec<String>>,
}

/// The dependencies, in platform order and then as written.
pub(super) fn depends(written: &BTreeMap<Text, Vec<Text>>) -> Result<Vec<Dependency>, Fault> {
    let mut depends = Vec::new();
    for (key, packages) in written {
        let category = category(key).under(key)?;
        for (index, package) in packages.iter().enumerate() {
            check_package(package).under(index).under(key)?;
            let dependency = Dependency {
                category,
                package: package.0.clone(),
            };
            if depends.contains(&dependency) {
                let fault =
                    Fault::new(format!("duplicate package `{package}`: expected each once"));
                return Err(fault.under(index).under(key));
            }
            depends.push(dependency);
        }
    }
    depends.sort_by_key(|dependency| dependency.category);
    Ok(depends)
}

fn category(key: &Text) -> Result<Category, Fault> {
    let order = ["build", "host", "target"];
    let known = Category::ALL.into_iter().find(|c| c.name() == key.as_str());
    if let Some(category) = known {
        return Ok(category);
    }
    let platforms = key.as_str().split_once('_').and_then(|(runs, emits)| {
        let place = |name| order.iter().position(|platform| *platform == name);
        Some((place(runs)?, place(emits)?))
    });
    match platforms {
        Some((runs, emits)) => Err(Fault::new(format!(
            "`{key}` breaks the platform order: what runs on the {} platform is made after everything that emits for the {} platform is needed; the order is build, host, target, and a category goes from an earlier or the same platform to a later one",
            order[runs], order[emits]
        ))),
        None => key.one_of("dependency category", &Category::ALL, Category::name),
    }
}

/// Debian Policy 5.6.1: at least two characters of `a-z0-9+-.`, starting with a letter or digit.
fn check_package(package: &Text) -> Result<(), Fault> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = package.as_str().as_bytes();
    let sound = bytes.len() >= 2
        && plain(bytes[0])
        && bytes
            .iter()
            .all(|b| plain(*b) || matches!(b, b'+' | b'-' | b'.'));
    if sound {
        Ok(())
    } else {
        Err(Fault::new(format!(
            "`{package}` cannot name a package: expected lower-case letters, digits, `+`, `-` and `.`, without an architecture"
        )))
    }
}
