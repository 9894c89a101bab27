//! `crossproof gate deb`: an apt repository of the cross-built packages that passed.

use crate::args::gate::DebArguments;
use crate::exit::{BadInput, Status};
use crate::policies::Policy;
use crate::render;
use crate::screen::print;
use crate::weighing;
use anyhow::Result;
use crossproof_exec::Error as ExecError;
use crossproof_exec::publish::Folder;
use crossproof_exec::publish::deb::{Package, Release, Repository};
use crossproof_model::gate::{Answer, Decision, Decisions, GatePolicy, Objection};
use crossproof_model::{Entry, Pair, Platform, RelPath, Tree};
use crossproof_policy::gate::{Scope, not_there, refused};
use jiff::Timestamp;

/// Decides about each package, and fills the repository with those that passed.
pub fn gate(arguments: &DebArguments) -> Result<Status> {
    let policy = Policy::read(&arguments.policy)?;
    let folders = Pair::new(&arguments.native, &arguments.cross).map(|path| Folder::open(path));
    let folders = folders.transpose()?;
    let files = folders.right.packages()?;
    if files.is_empty() {
        let cross = arguments.cross.display();
        return Err(BadInput(format!("{cross}: no package (*.deb) in it")).into());
    }
    let named = files.iter().map(|file| Named::of(file));
    let named = named.collect::<Result<Vec<_>>>()?;
    let repository = Repository::open(&arguments.repository)?;
    policy.is_about(&scope(&folders, &named, &repository)?)?;
    let (mut decisions, mut accepted, mut withdrawn) = (Vec::new(), Vec::new(), Vec::new());
    for one in &named {
        let (decision, package) = decide(&policy.says, &folders, one, &repository)?;
        // What is published is what was judged: these bytes, and not what the folder has by now.
        match (decision.answer, package) {
            (Answer::Substitute, Some(package)) => accepted.push(package),
            _ => withdrawn.push(one.file.to_owned()),
        }
        decisions.push(decision);
    }
    let release = Release {
        suite: arguments.suite.clone(),
        date: Timestamp::now()
            .strftime("%a, %d %b %Y %H:%M:%S UTC")
            .to_string(),
    };
    repository.fill(&release, &accepted, &withdrawn)?;
    let decisions = Decisions {
        policy: policy.says.digest,
        decisions,
    };
    print(&render::decisions::decisions(&decisions, false))?;
    Ok(match decisions.hold() {
        true => Status::Holds,
        false => Status::Below,
    })
}

/// The packages of both folders and of the repository: a policy may be for all of them.
fn scope(folders: &Pair<Folder>, cross: &[Named<'_>], repository: &Repository) -> Result<Scope> {
    let mut files = folders.left.packages()?;
    let pool = repository.packages()?;
    // Each becomes a line of the index.
    for file in &pool {
        Named::of(file)?;
    }
    files.extend(pool);
    // What is called otherwise is not decided about.
    let more = files.iter().filter_map(|file| Named::of(file).ok());
    let mut scope = Scope::default();
    for one in more.chain(cross.iter().copied()) {
        let case = (one.name.to_owned(), one.target);
        scope.cases.insert(case.clone());
        let paths = scope.paths.entry(case).or_default();
        paths.insert(RelPath::spell(one.file.as_bytes()));
    }
    Ok(scope)
}

/// A package's file by what its name says: `name_version_architecture.deb`.
#[derive(Clone, Copy)]
struct Named<'a> {
    file: &'a str,
    name: &'a str,
    target: Platform,
}

impl<'a> Named<'a> {
    fn of(file: &'a str) -> Result<Named<'a>> {
        let bad = || {
            BadInput(format!(
                "{file} is not called as packages are: name_version_architecture.deb"
            ))
        };
        // It becomes a line of an index.
        let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.~:%_".contains(&byte);
        let stem = file
            .strip_suffix(".deb")
            .filter(|stem| stem.bytes().all(sound));
        let parts: Vec<&str> = stem.ok_or_else(bad)?.split('_').collect();
        let [name, _, architecture] = parts[..] else {
            return Err(bad().into());
        };
        let target = match architecture {
            // What is for every architecture is for any.
            "all" => Platform::TARGETS[0],
            other => other
                .parse()
                .map_err(|error| BadInput(format!("{file}: {error}")))?,
        };
        Ok(Named { file, name, target })
    }
}

/// The decision about a package; and the package, where it could be read.
fn decide(
    policy: &GatePolicy,
    folders: &Pair<Folder>,
    named: &Named<'_>,
    repository: &Repository,
) -> Result<(Decision, Option<Package>)> {
    let Named { name, target, .. } = *named;
    if !folders.left.has(named.file)? {
        return Ok((not_there(policy, name, target), None));
    }
    let unseen = |why: String| refused(policy, name, target, Objection::Unseen(why));
    let packages = folders
        .as_ref()
        .map(|folder| Package::read(folder, named.file, repository));
    let packages = match packages.transpose() {
        Ok(packages) => packages,
        // A link, or what cannot be a package: this one is refused, and the others are decided about.
        Err(error @ ExecError::Input { .. }) => return Ok((unseen(error.to_string()), None)),
        Err(error) => return Err(error.into()),
    };
    for package in [&packages.left, &packages.right] {
        if !package.stanza.is_called(named.file) {
            let said = |field| package.stanza.field(field).unwrap_or_default();
            let (name, version, architecture) =
                (said("Package"), said("Version"), said("Architecture"));
            let why = format!(
                "{} says that it is {name} {version} for {architecture}",
                named.file
            );
            return Ok((unseen(why), None));
        }
    }
    let trees = packages.as_ref().map(tree);
    let trees = trees.transpose()?;
    let decision = weighing::weigh_trees(policy, name, target, trees.as_ref());
    Ok((decision, Some(packages.right)))
}

/// A package as a tree of one file: what the file system says of it beside its bytes is no one's business.
fn tree(package: &Package) -> Result<Tree> {
    let at: RelPath = RelPath::spell(package.name.as_bytes()).parse()?;
    let file = Entry::File {
        mode: 0o644,
        content: package.content.clone(),
    };
    Ok(Tree::of([(at, file)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_as_packages_are() {
        let named = Named::of("libx1_1%3a2.0~rc1-1+b2_arm64.deb").unwrap();
        assert_eq!(named.name, "libx1");
        assert_eq!(named.target, Platform::Aarch64);
        for bad in [
            "x.deb",
            "x_1.deb",
            "a_b_1_arm64.deb",
            "x_1_arm64.deb.deb",
            "x_1\n_arm64.deb",
            "x_1 _arm64.deb",
            "x_1_vax.deb",
        ] {
            assert!(Named::of(bad).is_err(), "{bad}");
        }
    }
}
