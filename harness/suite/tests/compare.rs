//! `crossproof compare` as people meet it: what it prints, in which form, and how it ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// Two trees, and the program to hold them against each other.
struct Bench(TempDir);

impl Bench {
    /// Trees of these files: path, left content, right content.
    fn with<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8], &'a [u8])>) -> Self {
        let bench = Bench(TempDir::new().unwrap());
        for (path, left, right) in files {
            for (side, content) in [("a", left), ("b", right)] {
                let file = bench.path(side).join(path);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, content).unwrap();
            }
        }
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_crossproof"));
        let program = program.current_dir(self.0.path());
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
            program.env_remove(name);
        }
        program.args(arguments).output().unwrap()
    }

    /// What `compare a b` with these arguments prints, says beside it, and its status.
    fn compare(&self, arguments: &[&str]) -> (String, String, i32) {
        let output = self.run(&[&["compare", "a", "b"], arguments].concat());
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let status = output.status.code().unwrap();
        (text(output.stdout), text(output.stderr), status)
    }
}

fn header(name: &str, time: &str, size: usize) -> Vec<u8> {
    format!(
        "{name:<16}{time:<12}{:<6}{:<6}{:<8}{size:<10}`\n",
        0, 0, "100644"
    )
    .into_bytes()
}

/// An archive of one member, made at this time.
fn archive(time: &str) -> Vec<u8> {
    [&b"!<arch>\n"[..], &header("a.txt/", time, 4), b"text"].concat()
}

fn config() -> Bench {
    Bench::with([
        ("usr/same", &b"same\n"[..], &b"same\n"[..]),
        (
            "usr/config.h",
            b"#define HAVE_MMAP 1\nint a;\n",
            b"/* #undef HAVE_MMAP */\nint a;\n",
        ),
    ])
}

#[test]
fn the_first_screen_says_what_and_why() {
    let (text, _, status) = config().compare(&[]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "interface: 1 of 2 files differ");
    assert!(lines[1].starts_with("below bits"), "{text}");
    assert!(
        lines[2].contains("configure was answered otherwise: HAVE_MMAP (left 1, right undefined)"),
        "{text}"
    );
    assert!(text.contains("-#define HAVE_MMAP 1"), "{text}");
    assert_eq!(status, 1);
    let (text, _, status) = config().compare(&["--at-least", "interface"]);
    assert!(text.contains("at least interface, as asked for"), "{text}");
    assert_eq!(status, 0);
}

#[test]
fn what_is_long_is_cut_and_said_and_shown_when_asked_for() {
    let names: Vec<String> = (0..300).map(|n| format!("d/f{n:03}")).collect();
    let bench = Bench::with(names.iter().map(|n| (n.as_str(), &b"a\n"[..], &b"b\n"[..])));
    let (short, _, _) = bench.compare(&[]);
    assert!(short.lines().count() < 140, "{}", short.lines().count());
    assert!(
        short.contains("are left out here: --full shows them"),
        "{short}"
    );
    let (full, _, _) = bench.compare(&["--full"]);
    assert!(names.iter().all(|name| full.contains(name)));
    assert!(!full.contains("left out"));
}

#[test]
fn ignoring_is_exact_counted_and_never_makes_bits() {
    let bench = config();
    let (text, warned, status) = bench.compare(&["--ignore", "text.lines", "--ignore", "text"]);
    assert!(text.starts_with("metadata: "), "{text}");
    assert!(text.contains("ignored text.lines: 1 time"), "{text}");
    assert!(text.contains("ignored text: NEVER"), "{text}");
    assert!(
        warned.contains("--ignore text: no difference has this key"),
        "{warned}"
    );
    assert_eq!(status, 1, "ignored is not the same bytes");
    let (_, _, status) = bench.compare(&["--ignore", "text.lines", "--at-least", "metadata"]);
    assert_eq!(status, 0);
    let (json, _, _) = bench.compare(&[
        "--ignore",
        "text.lines",
        "--ignore",
        "text",
        "--format",
        "json",
    ]);
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["ignored"]["text.lines"].as_array().unwrap().len(), 1);
    assert_eq!(value["ignored"]["text"].as_array().unwrap().len(), 0);
    let (html, _, _) = bench.compare(&["--ignore", "text", "--format", "html"]);
    assert!(html.contains("never; no difference has this key"));
}

#[test]
fn rules_are_chosen_on_the_command_line_and_named_in_every_report() {
    let (left, right) = (archive("1"), archive("2"));
    let bench = Bench::with([("x.a", &left[..], &right[..])]);
    for (arguments, level) in [
        (&[][..], "metadata"),
        (&["--only-rules", "ar.headers,elf.comment"], "metadata"),
        (&["--without", "elf.comment"], "metadata"),
        (&["--without", "ar.headers"], "interface"),
        (&["--without", "ar.headers@3"], "interface"),
        (&["--only-rules", "elf.comment"], "interface"),
        (&["--only-rules="], "interface"),
    ] {
        let (text, _, _) = bench.compare(arguments);
        assert!(text.starts_with(level), "{arguments:?}: {text}");
        assert_eq!(
            text.contains("settled by ar.headers@3"),
            level == "metadata"
        );
    }
    for format in ["json", "html"] {
        let (text, _, _) = bench.compare(&["--format", format]);
        assert!(text.contains("ar.headers@3"), "{format}");
    }
    let digest = |arguments: &[&str]| bench.run(&[&["digest", "a"], arguments].concat());
    let normal = digest(&["--normalized"]).stdout;
    assert_ne!(
        normal,
        digest(&["--normalized", "--without", "ar.headers"]).stdout
    );
    assert_eq!(digest(&["--without", "ar.headers"]).status.code(), Some(2));
}

#[test]
fn a_page_loads_nothing_and_believes_nothing() {
    let name = "<script>alert(1)</script>&\"'\u{1b}[31m";
    let bench = Bench::with([(
        name,
        &b"one <img src=https://example.org/x> </script>\n"[..],
        &b"two <img src=https://example.org/y> </style>\n"[..],
    )]);
    let (page, _, _) = bench.compare(&["--format", "html", "--map", "/<b>=/<i>", "--full"]);
    let own = page.matches("<script").count();
    assert_eq!(own, 1, "the page's own script and no other");
    for wild in ["<script>alert", "<img", "<b>", "<i>", "\u{1b}"] {
        assert!(!page.contains(wild), "{wild}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)"));
    assert!(page.contains("default-src 'none'"));
    // What would fetch something: these attributes and functions, with any address.
    for load in [
        " src=", " href=", "url(", "@import", "fetch(", "<link", "<iframe",
    ] {
        let outside_text = page.replace("&lt;img src=https", "");
        assert!(!outside_text.contains(load), "{load}");
    }
    assert!(page.contains("<details") && page.contains("<summary"));
}

#[test]
fn a_page_of_many_files_stays_small_and_says_what_it_leaves_out() {
    let names: Vec<String> = (0..10_000)
        .map(|n| format!("d{}/f{n:05}.h", n % 97))
        .collect();
    let text = |word: &str| {
        let lines = (0..30).map(|n| format!("line {n} <{word}> of \"the\" text\n"));
        lines.collect::<String>().into_bytes()
    };
    let (left, right) = (text("left"), text("right"));
    let bench = Bench::with(names.iter().map(|n| (n.as_str(), &left[..], &right[..])));
    let (page, _, _) = bench.compare(&["--format", "html"]);
    assert!(page.len() <= 10_000_000, "{} bytes", page.len());
    assert!(page.contains("10,000 of 10,000 files differ"));
    assert!(page.contains("To keep the page small"));
}

#[test]
fn two_runs_print_the_same_bytes() {
    let bench = config();
    for format in ["text", "json", "html"] {
        let arguments = ["--format", format, "--color", "always", "--full"];
        assert_eq!(bench.compare(&arguments), bench.compare(&arguments));
    }
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let bench = config();
    for arguments in [&[][..], &["--color", "never"], &["--color", "auto"]] {
        assert!(
            !bench.compare(arguments).0.contains('\u{1b}'),
            "{arguments:?}"
        );
    }
    assert!(bench.compare(&["--color", "always"]).0.contains("\u{1b}["));
    bench.compare(&["-o", "out"]);
    assert!(
        !fs::read_to_string(bench.path("out"))
            .unwrap()
            .contains('\u{1b}')
    );
    // What a file holds does not reach the terminal as a command, with colour or without.
    let wild = Bench::with([("f\u{1b}[2J", &b"a\x1b[2J\n"[..], &b"b\x1b[2J\n"[..])]);
    for color in ["always", "never"] {
        let (text, _, _) = wild.compare(&["--color", color, "--full"]);
        assert!(!text.contains("\u{1b}[2J"), "{text}");
        assert!(text.contains("\\u{1b}[2J"), "{text}");
    }
}

#[test]
fn columns_say_how_wide_a_line_may_be() {
    let bench = config();
    let mut program = Command::new(env!("CARGO_BIN_EXE_crossproof"));
    let program = program.current_dir(bench.0.path()).env("COLUMNS", "60");
    let output = program.args(["compare", "a", "b"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let causes = text.lines().skip(2).take_while(|line| !line.is_empty());
    assert!(causes.clone().count() > 2, "{text}");
    assert!(
        causes.clone().all(|line| line.chars().count() <= 60),
        "{text}"
    );
}

#[test]
fn a_report_goes_into_a_file_and_its_headline_to_the_reader() {
    let bench = config();
    let (out, said, _) = bench.compare(&["--format", "html", "-o", "report.html"]);
    assert_eq!(out, "");
    assert!(
        said.contains("interface: 1 of 2 files differ; likely cause: configure"),
        "{said}"
    );
    assert!(
        fs::read_to_string(bench.path("report.html"))
            .unwrap()
            .starts_with("<!DOCTYPE html>")
    );
    let (_, said, _) = bench.compare(&["--format", "json", "-o", "r.json", "--quiet"]);
    assert_eq!(said, "");
}

fn refused(bench: &Bench, arguments: &[&str], words: &[&str]) {
    let output = bench.run(arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(
        words.iter().all(|word| said.contains(word)),
        "{arguments:?}: {said}"
    );
}

#[test]
fn mistakes_are_answered_with_what_was_expected() {
    let bench = config();
    let pair = |rest: &[&'static str]| [&["compare", "a", "b"], rest].concat();
    refused(
        &bench,
        &pair(&["--at-least", "same"]),
        &["unknown level `same`", "metadata"],
    );
    refused(
        &bench,
        &pair(&["--without", "elf.build"]),
        &["unknown rule `elf.build`", "crossproof rules"],
    );
    refused(
        &bench,
        &pair(&["--only-rules", "a,b"]),
        &["unknown rule `a`", "crossproof rules"],
    );
    refused(&bench, &pair(&["--ignore", "elf.*"]), &["no wildcards"]);
    refused(&bench, &pair(&["--map", "x"]), &["OLD=NEW"]);
    refused(
        &bench,
        &pair(&["-o", "no/such/folder"]),
        &["cannot write no/such/folder"],
    );
    refused(&bench, &["compare", "a", "c"], &["cannot read c"]);
    refused(
        &bench,
        &["compare", "a", "a/usr/same"],
        &["a is a folder and a/usr/same is not", "two folders"],
    );
    make_pipe(&bench.path("pipe"));
    refused(
        &bench,
        &["compare", "pipe", "a/usr/same"],
        &["neither a file nor a folder"],
    );
}

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn keys_are_explained() {
    let bench = config();
    let (text, _, _) = bench.compare(&[]);
    assert!(text.contains("crossproof explain KEY"), "{text}");
    let output = bench.run(&["explain", "elf.section.plt.header"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("alignment"), "{told}");
    let output = bench.run(&["explain", "elf.build-id"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("a rule") && told.contains("hash"), "{told}");
    refused(
        &bench,
        &["explain", "no.such"],
        &["nothing is known of `no.such`"],
    );
}

#[test]
fn the_help_teaches_by_examples() {
    let help = String::from_utf8(config().run(&["compare", "--help"]).stdout).unwrap();
    for word in [
        "Examples:",
        "--at-least metadata",
        "--format html -o",
        "--without",
        "Exit status",
    ] {
        assert!(help.contains(word), "{word}");
    }
}

/// A folder that a rule settles holds what differs in it: hidden folders hide no more than themselves.
#[test]
fn a_page_shows_a_file_in_its_folder() {
    let bench = Bench::with([("opt/app/sub/x", &b"one\n"[..], &b"two\n"[..])]);
    fs::create_dir_all(bench.path("b/usr")).unwrap();
    fs::rename(bench.path("b/opt/app/sub"), bench.path("b/usr/sub")).unwrap();
    fs::remove_dir_all(bench.path("b/opt")).unwrap();
    let arguments = ["--format", "html", "--map", "/opt/app=/usr"];
    let (page, _, _) = bench.compare(&arguments);
    let mut open = Vec::new();
    let mut rest = page.split_once("id=\"tree\"").unwrap().1;
    // The folders that are open where the file's own entry begins.
    loop {
        let next = rest.find("<details").unwrap();
        let closed = rest[..next].matches("</details>").count();
        open.truncate(open.len() - closed);
        let (tag, after) = rest[next..].split_once('>').unwrap();
        let name = after.split_once("class=\"name\">").unwrap().1;
        let name = name.split_once("</span>").unwrap().0.to_owned();
        open.push((name, tag.contains("settled")));
        rest = after;
        if open.last().unwrap().0 == "x" {
            break;
        }
    }
    let names: Vec<&str> = open.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.join(""), "opt/app/sub/x");
    assert!(open.iter().all(|(_, settled)| !settled), "{open:?}");
}
