//! Python bytecode: what each field of a code object must catch, and what it must leave alone.

use crate::containers::{found, settled_by, strings};
use crate::specimen::{keys, pair};
use crossproof_inspect::{Options, PathMap};
use crossproof_model::Level;
use std::process::Command;

/// The bit that numbers an object for references.
const FLAG: u8 = 0x80;

fn number(value: i32) -> Vec<u8> {
    value.to_le_bytes().to_vec()
}

fn bytes(content: &[u8]) -> Vec<u8> {
    [b"s", &(content.len() as u32).to_le_bytes()[..], content].concat()
}

fn text(content: &str) -> Vec<u8> {
    [&[b'z', content.len() as u8], content.as_bytes()].concat()
}

fn interned(content: &str) -> Vec<u8> {
    [&[b'Z', content.len() as u8], content.as_bytes()].concat()
}

fn tuple(items: &[Vec<u8>]) -> Vec<u8> {
    [&[b')', items.len() as u8], items.concat().as_slice()].concat()
}

fn reference(number: u32) -> Vec<u8> {
    [b"r", &number.to_le_bytes()[..]].concat()
}

fn flagged(mut object: Vec<u8>) -> Vec<u8> {
    object[0] |= FLAG;
    object
}

/// A code object as Python 3.12 writes it: numbers, then objects with the first line before the last two.
#[derive(Clone)]
struct Code {
    numbers: [i32; 5],
    line: i32,
    objects: [Vec<u8>; 10],
}

fn code(name: &str, constants: &[Vec<u8>]) -> Code {
    let objects = [
        bytes(b"\x97\0d\0S\0"),
        tuple(constants),
        tuple(&[interned("os")]),
        tuple(&[]),
        bytes(b""),
        text("/build/a/m.py"),
        interned(name),
        interned(name),
        bytes(b"\x80\0"),
        bytes(b""),
    ];
    Code {
        numbers: [0, 0, 0, 2, 0],
        line: 1,
        objects,
    }
}

impl Code {
    fn bytes(&self) -> Vec<u8> {
        let numbers = self.numbers.map(number).concat();
        let (before, after) = self.objects.split_at(8);
        [
            &b"c"[..],
            &numbers,
            &before.concat(),
            &number(self.line),
            &after.concat(),
        ]
        .concat()
    }
}

/// A file of Python 3.12 with this code.
fn file(code: &[u8]) -> Vec<u8> {
    [&[0xcb, 0x0d, b'\r', b'\n'], &[0; 12][..], code].concat()
}

fn module(constants: &[Vec<u8>]) -> Vec<u8> {
    file(&code("<module>", constants).bytes())
}

fn inner(change: impl Fn(&mut Code)) -> Vec<u8> {
    let mut method = code("m", &[]);
    change(&mut method);
    let class = code("C", &[method.bytes()]);
    module(&[class.bytes(), text("Doc.")])
}

#[test]
fn a_difference_is_told_by_function_and_field() {
    let left = inner(|_| {});
    type Change = fn(&mut Code);
    let cases: [(&str, &str, Change); 12] = [
        ("arguments", "C.m: arguments", |c| c.numbers[0] = 1),
        ("stack", "C.m: stack size", |c| c.numbers[3] = 3),
        ("code-flags", "C.m: flags", |c| c.numbers[4] = 64),
        ("bytecode", "C.m: bytecode", |c| c.objects[0][6] ^= 1),
        ("constants", "C.m: constants", |c| {
            c.objects[1] = tuple(&[text("x")])
        }),
        ("names", "C.m: names", |c| {
            c.objects[2] = tuple(&[interned("so")])
        }),
        ("variables", "C.m: variables", |c| {
            c.objects[3] = tuple(&[interned("v")])
        }),
        ("filename", "filename", |c| {
            c.objects[5] = text("/build/b/m.py")
        }),
        ("name", "C.m: qualified name", |c| {
            c.objects[7] = interned("C.m")
        }),
        ("first-line", "C.m: first line", |c| c.line = 2),
        ("lines", "C.m: line table", |c| {
            c.objects[8] = bytes(b"\x81\0")
        }),
        ("exceptions", "C.m: exception table", |c| {
            c.objects[9] = bytes(b"\x81\0")
        }),
    ];
    for (key, place, change) in cases {
        let found = found(&left, &inner(change));
        let expected = (format!("pyc.{key}"), format!("file > code > {place}"));
        assert!(found.contains(&expected), "{expected:?} {found:?}");
    }
    assert_eq!(
        found(
            &module(&[text("a"), text("b")]),
            &module(&[text("a"), text("c")])
        ),
        strings(&[("pyc.constant", "file > code > <module>: constant 1")])
    );
    let longer = [&left[..], b"more"].concat();
    let gap = strings(&[("pyc.gap.only-right", "file > gap after code")]);
    assert_eq!(found(&left, &longer), gap);
}

#[test]
fn flags_that_nothing_refers_to_are_set_aside() {
    let left = module(&[text("a long text"), interned("name"), interned("name")]);
    let rule = &["pyc.references"];
    let flag = module(&[
        flagged(text("a long text")),
        interned("name"),
        interned("name"),
    ]);
    settled_by(rule, &left, &flag);
    // Interned strings are one object, written again or not; so are small numbers.
    let again = module(&[text("a long text"), flagged(interned("name")), reference(0)]);
    settled_by(rule, &left, &again);
    let seven = [&b"i"[..], &number(7)].concat();
    let twice = module(&[seven.clone(), seven.clone()]);
    settled_by(rule, &twice, &module(&[flagged(seven), reference(0)]));
    // The same object behind another number.
    let two =
        |first: Vec<u8>, number| module(&[first, flagged(text("a long text")), reference(number)]);
    settled_by(
        rule,
        &two(interned("x"), 0),
        &two(flagged(interned("x")), 1),
    );
}

#[test]
fn which_values_are_one_object_counts() {
    let thousand = [&b"i"[..], &number(1000)].concat();
    for value in [
        text("a long text"),
        thousand,
        tuple(&[text("abc")]),
        bytes(b"abc"),
    ] {
        let copies = module(&[value.clone(), value.clone(), value.clone()]);
        let shared = module(&[flagged(value.clone()), reference(0), value.clone()]);
        found(&copies, &shared);
        found(
            &shared,
            &module(&[flagged(value.clone()), value, reference(0)]),
        );
    }
    // An interned string is not one that is not.
    found(&module(&[text("name")]), &module(&[interned("name")]));
}

#[test]
fn filenames_are_mapped() {
    let of = |name: &str| {
        let mut module = code("<module>", &[]);
        module.objects[5] = flagged(text(name));
        let mut inner = code("f", &[]);
        inner.objects[5] = reference(0);
        // Constants stand before the file's name, so the inner one comes first.
        inner.objects[5] = flagged(text(name));
        module.objects[5] = reference(0);
        module.objects[1] = tuple(&[inner.bytes(), text("constant")]);
        file(&module.bytes())
    };
    let map = PathMap::new([("/build/b", "/build/a")]);
    let options = Options {
        map,
        ..Options::default()
    };
    let compared = pair(&of("/build/a/m.py"), &of("/build/b/m.py"), &options);
    assert_eq!(
        compared.level(),
        Some(Level::Metadata),
        "{:?}",
        keys(&compared)
    );
    let rules: Vec<_> = compared.rules.keys().map(|rule| rule.id.as_str()).collect();
    assert_eq!(rules, ["pyc.path-map"]);
    for other in ["/build/b/n.py", "/build/c/m.py", "{/build/a}/m.py"] {
        let compared = pair(&of("/build/a/m.py"), &of(other), &options);
        assert!(compared.level() < Some(Level::Metadata), "{other}");
    }
    let compared = pair(
        &of("/build/a/m.py"),
        &of("/build/b/m.py"),
        &Options::default(),
    );
    assert!(
        keys(&compared)
            .iter()
            .all(|(key, ..)| key == "pyc.filename")
    );
}

/// Any bit of the code: nothing but a flag is settled, and that by its rule.
#[test]
fn no_flip_settles_but_of_flags() {
    let constants = [flagged(text("a long text")), reference(0), bytes(b"\0\xff")];
    let original = module(&constants);
    for at in 0..original.len() {
        for bit in 0..8 {
            let mut mutant = original.clone();
            mutant[at] ^= 1 << bit;
            let compared = pair(&original, &mutant, &Options::default());
            let settled = compared.level() >= Some(Level::Metadata);
            assert!(!settled || bit == 7, "byte {at} bit {bit}");
        }
    }
}

/// What no compiler wrote is compared as bytes, and never ends the comparison.
#[test]
fn what_is_no_code_is_bytes() {
    let deep = [vec![b'('; 5000], vec![1, 0, 0, 0]].concat();
    let nested = b"(\x01\0\0\0".repeat(5000);
    let huge = [b"c", &[0; 20][..], b"s\xff\xff\xff\x7f"].concat();
    for strange in [deep, nested, huge, b"c".to_vec(), reference(9)] {
        let found = found(&module(&[text("a")]), &file(&[b"c", &strange[..]].concat()));
        assert_eq!(found, strings(&[("pyc.code.bytes", "file > code")]));
    }
}

/// What the machine's own interpreter writes, if there is one whose code objects are known.
#[test]
fn what_python_writes_is_read() {
    const SCRIPT: &str = "
import importlib.util, marshal, sys
def write(name, source, filename):
    code = compile(source, filename, 'exec')
    head = importlib.util.MAGIC_NUMBER + bytes(12)
    open(sys.argv[1] + '/' + name, 'wb').write(head + marshal.dumps(code))
source = '''
import os
X = {'a': (1, 2.5, b'x', 10**20, 3j, ..., None, True), 'e': 'x' * 3}
def f(x, *, y=1):
    def g(): return x + y
    return g if x in {'p', 'q'} else [i for i in range(3)]
class C:
    def m(self): return lambda: 'inside'
'''
write('left', source, '/build/a/m.py')
write('right', source, '/build/b/m.py')
write('other', source.replace('inside', 'beside'), '/build/a/m.py')
print(int.from_bytes(importlib.util.MAGIC_NUMBER[:2], 'little'))
";
    let folder = tempfile();
    let ran = Command::new("python3")
        .arg("-c")
        .arg(SCRIPT)
        .arg(&folder)
        .output();
    let magic = ran.ok().filter(|out| out.status.success());
    let magic = magic.and_then(|out| String::from_utf8(out.stdout).ok()?.trim().parse().ok());
    let known = [3413, 3425, 3439, 3495, 3531, 3571];
    if !magic.is_some_and(|magic: u16| known.contains(&magic)) {
        crate::containers::skip("no python3 of 3.8 to 3.13 to write bytecode");
        return;
    }
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let (left, right) = (read("left"), read("right"));
    assert_eq!(
        found(&left, &right),
        strings(&[("pyc.filename", "file > code > filename")])
    );
    let map = PathMap::new([("/build/b", "/build/a")]);
    let options = Options {
        map,
        ..Options::default()
    };
    assert_eq!(pair(&left, &right, &options).level(), Some(Level::Metadata));
    assert_eq!(
        found(&left, &read("other")),
        strings(&[("pyc.constant", "file > code > C.m.<lambda>: constant 1")])
    );
    std::fs::remove_dir_all(folder).unwrap();
}

fn tempfile() -> std::path::PathBuf {
    let name = format!("crossproof-bytecode-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
