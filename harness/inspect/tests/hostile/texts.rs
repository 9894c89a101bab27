//! Texts, and what reads them by what they say.

use super::{Make, other};

pub const KINDS: &[(&str, Make)] = &[
    ("text-lines-all-different", lines),
    ("text-empty-lines", empty_lines),
    ("text-one-line", one_line),
    ("text-two-lines-swapped", swapped),
    ("json-nested", |v| {
        format!("{}{v}{}", "[".repeat(500_000), "]".repeat(500_000)).into_bytes()
    }),
    ("json-nested-large", |v| {
        format!("{}{v}{}", "[".repeat(4_000_000), "]".repeat(3_900_000)).into_bytes()
    }),
    ("json-values", json_values),
    ("json-values-large", json_values_large),
    ("json-empty-lists", |v| {
        format!("[{}{v}]", "[],".repeat(345_000)).into_bytes()
    }),
    ("json-long-names", json_long_names),
    ("deb822-fields", deb822_fields),
    ("config-header", config_header),
    ("checksums", checksums),
    ("pkg-config", |v| {
        keyed("Name: a\nVersion: 1\n", "a: b\n", v)
    }),
];

fn lines(v: u8) -> Vec<u8> {
    let count = 900_000;
    let line = |n: usize| format!("{}\n", n + usize::from(other(v, n, count)) * 7_000_000);
    (0..count).map(line).collect::<String>().into_bytes()
}

fn empty_lines(v: u8) -> Vec<u8> {
    let mut out = vec![b'\n'; 8_000_000];
    out[4_000_000] = if v == 0 { b'\n' } else { b'x' };
    if v == 2 {
        out.iter_mut().step_by(2).for_each(|byte| *byte = b'y');
    }
    out
}

fn one_line(v: u8) -> Vec<u8> {
    let mut out = vec![b'a' + if v == 2 { 1 } else { 0 }; 8_000_000];
    out[7_000_000] = b'x' + v;
    out
}

fn swapped(v: u8) -> Vec<u8> {
    let halves = [vec![b'a'; 4_000_000], vec![b'b'; 4_000_000]];
    let [first, second] = if v == 0 {
        [&halves[0], &halves[1]]
    } else {
        [&halves[1], &halves[0]]
    };
    [&first[..], b"\n", second, b"\n"].concat()
}

fn values(count: usize, v: u8) -> Vec<u8> {
    let value = |n| if other(v, n, count) { "2," } else { "1," };
    format!("[{}3]", (0..count).map(value).collect::<String>()).into_bytes()
}

fn json_values(v: u8) -> Vec<u8> {
    values(520_000, v)
}

fn json_values_large(v: u8) -> Vec<u8> {
    values(3_900_000, v)
}

fn json_long_names(v: u8) -> Vec<u8> {
    let inner = "1,".repeat(250_000);
    format!("{{\"{}\":[{inner}{v}]}}", "a".repeat(500_000)).into_bytes()
}

fn keyed(start: &str, line: &str, v: u8) -> Vec<u8> {
    let count = (1_048_000 - start.len()) / line.len();
    let changed = line.replace('b', "c");
    let line = |n| {
        if other(v, n, count) {
            changed.as_str()
        } else {
            line
        }
    };
    format!("{start}{}", (0..count).map(line).collect::<String>()).into_bytes()
}

fn deb822_fields(v: u8) -> Vec<u8> {
    keyed("Package: a\nVersion: 1\nArchitecture: all\n", "A: b\n", v)
}

fn config_header(v: u8) -> Vec<u8> {
    keyed("/* config.h */\n#define HAVE_A 1\n", "#define A b\n", v)
}

fn checksums(v: u8) -> Vec<u8> {
    let line = "0123456789abcdef0123456789abcdef  b\n";
    keyed("", line, v)
}
