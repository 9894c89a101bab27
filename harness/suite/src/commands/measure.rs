//! `crossproof measure`: how far does cross equal native, package by package?

use crate::args::measure::{ExportArgument, MeasureArguments};
use crate::exit::{BadInput, Status};
use crate::keys;
use crate::measure::Measurer;
use crate::measure::list::{self, Entry};
use crate::screen::print;
use crate::session::Session;
use anyhow::{Context as _, Result};
use crossproof_exec::leg::Failures;
use crossproof_exec::results::{Export, Results, TABLES};
use crossproof_inspect as inspect;
use crossproof_model::measure::{Ending, PackageRow};
use crossproof_model::{Digest, Platform};
use futures_util::StreamExt as _;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::time::{Duration, Instant};

/// The version of the tool, as rows carry it.
const TOOL: &str = env!("CARGO_PKG_VERSION");

/// Measures what the list names and is not there yet, one target after the other.
pub fn measure(session: &Session, arguments: &MeasureArguments) -> Result<Status> {
    let file = arguments.packages.display().to_string();
    let mut entries = list::read(&keys::read(&arguments.packages)?, &file)?;
    if let Some(shard) = arguments.shard {
        entries = list::shard(entries, shard);
    }
    let output = &arguments.output;
    let place = output.join("results.sqlite");
    // A folder that is misspelled would be measured from the beginning, for days.
    if arguments.resume && !place.is_file() {
        let what = format!(
            "--resume: {} is not there; without --resume it is begun",
            place.display()
        );
        return Err(BadInput(what).into());
    }
    fs::create_dir_all(output).with_context(|| output.display().to_string())?;
    let mut results = Results::open(&place)?;
    let targets: BTreeSet<Platform> = arguments.target.iter().copied().collect();
    for target in targets {
        if lacking(session, arguments, target, &entries, &mut results)? == Status::Interrupted {
            return Ok(Status::Interrupted);
        }
    }
    for export in &arguments.export {
        let export = match export {
            ExportArgument::Csv => Export::Csv,
            ExportArgument::Jsonl => Export::JsonLines,
            ExportArgument::Parquet => Export::Parquet,
        };
        for table in TABLES {
            let path = output.join(format!("{table}.{}", export.ending()));
            let content = results.export(table, export)?;
            fs::write(&path, content).with_context(|| path.display().to_string())?;
        }
    }
    print(&summary(&results)?)?;
    Ok(Status::Holds)
}

/// Measures for a target what is not there yet.
fn lacking(
    session: &Session,
    arguments: &MeasureArguments,
    target: Platform,
    entries: &[Entry],
    results: &mut Results,
) -> Result<Status> {
    let (reference, rules) = (arguments.reference.reference(), rules());
    let done = results.done(target.short(), reference.name(), TOOL, &rules)?;
    let left = entries.iter();
    let left = left.filter(|entry| arguments.again || !done.contains(&entry.package));
    let left: Vec<Entry> = left.cloned().collect();
    let (all, there) = (entries.len(), entries.len() - left.len());
    if there > 0 {
        session.board.say(&format!(
            "{there} of {all} packages are there for {target}; --again measures them anew"
        ));
    }
    if left.is_empty() {
        return Ok(Status::Holds);
    }
    let failures = match arguments.again {
        true => Failures::TriedAgain,
        false => Failures::Recalled,
    };
    let measurer = Measurer::new(session.clone(), target, reference, failures, arguments.disk)?;
    let jobs = arguments
        .jobs
        .unwrap_or_else(|| 1 + std::thread::available_parallelism().map_or(1, usize::from));
    let runtime = tokio::runtime::Runtime::new().context("starting the asynchronous runtime")?;
    let ended = runtime.block_on(async {
        tokio::select! {
            ended = each(session, &measurer, &left, jobs, |row| Ok(results.write(row, TOOL, &rules)?)) => ended.map(Some),
            _ = tokio::signal::ctrl_c() => Ok(None),
        }
    });
    runtime.shutdown_background();
    if ended?.is_none() {
        session
            .board
            .warn("interrupted; what was measured is kept, and the next run goes on from there");
        return Ok(Status::Interrupted);
    }
    Ok(Status::Holds)
}

/// A digest over every rule with its version: a number is of these rules.
fn rules() -> String {
    let rules = inspect::RuleSet::default();
    let names: Vec<String> = rules
        .iter()
        .map(|rule| rule.reference().to_string())
        .collect();
    Digest::of_fields(names).short()
}

/// Measures each entry, some at once, and hands over each row as it is there.
async fn each(
    session: &Session,
    measurer: &Measurer,
    entries: &[Entry],
    jobs: usize,
    mut keep: impl FnMut(&PackageRow) -> Result<()>,
) -> Result<()> {
    let started = Instant::now();
    let mut queue = entries.iter();
    let mut done = 0;
    while queue.len() > 0 {
        // What outgrows the disk begins no more packages; those in work end, and the store is trimmed.
        let full = Cell::new(false);
        let begun = std::iter::from_fn(|| match full.get() {
            true => None,
            false => queue.next(),
        });
        let rows = futures_util::stream::iter(begun)
            .map(|entry| async move { (entry, measurer.package(entry).await) });
        let mut rows = std::pin::pin!(rows.buffer_unordered(jobs));
        while let Some((entry, row)) = rows.next().await {
            let row = row.with_context(|| entry.package.clone())?;
            keep(&row)?;
            done += 1;
            let left = entries.len() - done;
            session.board.say(&format!(
                "[{done}/{}] {} {}: {}{}",
                entries.len(),
                row.package,
                row.version,
                told(&row),
                rest(started.elapsed(), done, left)
            ));
            full.set(full.get() || measurer.outgrown()?);
        }
        if full.get() {
            measurer.trim()?;
        }
    }
    Ok(())
}

/// How long what is left will take, if it takes as long as what is done.
fn rest(elapsed: Duration, done: usize, left: usize) -> String {
    match left {
        0 => String::new(),
        _ => format!(
            "; about {} left",
            minutes(elapsed.mul_f64(left as f64 / done as f64))
        ),
    }
}

fn told(row: &PackageRow) -> String {
    match (row.ending, row.level) {
        (Ending::Compared, Some(level)) => format!("{level}, {} packages", row.binaries.len()),
        (ending, _) => format!(
            "{} ({})",
            ending.name(),
            row.why.as_deref().unwrap_or_default()
        ),
    }
}

fn minutes(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..=99 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}

/// How many packages ended in which way, and at which level.
fn summary(results: &Results) -> Result<String> {
    let mut out = String::new();
    let groups = "SELECT target, reference, ending, coalesce(level, '-'), count(*), group_concat(package, ' ') \
                  FROM (SELECT * FROM package ORDER BY package) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4";
    for row in results.query(groups)? {
        if let [target, reference, ending, level, count, names] = row.as_slice() {
            writeln!(
                out,
                "{target} {reference}  {ending:13} {level:9} {count:>4}  {names}"
            )?;
        }
    }
    Ok(out)
}
