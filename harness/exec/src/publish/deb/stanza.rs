//! What a package says of itself, as an index repeats it (deb(5), deb-control(5), Debian policy 5.1).
//!
//! The package is a build's product, so nothing of it is taken on trust: it has the members that dpkg wants and in
//! that order, one control file of bounded size, and in that one stanza that an index can take over line by line. A
//! field that an index itself adds, or a line that a reader could take for the end of the stanza, is refused.

use crate::package::decompressed;
use std::collections::BTreeSet;
use std::io::Read;

/// As much as a control file may have. Debian's largest are of some tens of kilobytes.
const MOST_CONTROL: u64 = 1 << 20;
/// As much as all control files of a package may have together, unpacked: lists of sums, templates, scripts.
const MOST_MEMBER: u64 = 64 << 20;
/// The memory that unpacking may take.
const MOST_MEMORY: u64 = 128 << 20;

/// Fields that are not the package's to say: an index adds them, or dpkg's own database does.
const RESERVED: [&str; 13] = [
    "checksum-filesize",
    "filename",
    "msdos-filename",
    "size",
    "md5sum",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "description-md5",
    "status",
    "config-version",
];

/// What a field may hold.
type Sound = fn(u8) -> bool;

/// The fields that say which package it is (Debian policy 5.6.7, 5.6.8 and 5.6.12).
const NAMES: [(&str, Sound); 3] = [
    ("Package", |b| {
        b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b)
    }),
    ("Version", |b| {
        b.is_ascii_alphanumeric() || b"+-.~:".contains(&b)
    }),
    ("Architecture", |b| {
        b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'
    }),
];

/// The one stanza of a control file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stanza {
    /// Its fields in their order, each with its value's lines as they are written.
    fields: Vec<(String, String)>,
}

impl Stanza {
    /// Reads it out of a package; says what is wrong with one that cannot be taken over.
    pub fn of(package: &[u8]) -> Result<Stanza, String> {
        let control = control(package)?;
        let control = String::from_utf8(control).map_err(|_| "its control file is not UTF-8")?;
        Stanza::read(&control).map_err(|why| format!("its control file: {why}"))
    }

    fn read(text: &str) -> Result<Stanza, String> {
        let odd = |c: char| c.is_control() && c != '\n' && c != '\t';
        if let Some(c) = text.chars().find(|c| odd(*c)) {
            return Err(format!(
                "it has the control character {}",
                c.escape_default()
            ));
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut seen = BTreeSet::new();
        for line in text.trim_end_matches('\n').split('\n') {
            if line.trim().is_empty() {
                return Err("it has a blank line: expected one stanza".to_owned());
            }
            if line.starts_with([' ', '\t']) {
                let last = fields.last_mut().ok_or("it begins with a blank")?;
                last.1 += "\n";
                last.1 += line;
                continue;
            }
            let (name, value) = line
                .split_once(':')
                .ok_or_else(|| format!("`{line}` is no field"))?;
            // deb822(5): what may be in a name, and what it may not begin with.
            let sound =
                name.bytes().all(|byte| byte.is_ascii_graphic()) && !name.starts_with(['#', '-']);
            if name.is_empty() || !sound {
                return Err(format!("`{name}` is no name of a field"));
            }
            let key = name.to_ascii_lowercase();
            if RESERVED.contains(&key.as_str()) {
                return Err(format!("a package does not say its `{name}`"));
            }
            if !seen.insert(key) {
                return Err(format!("it has the field `{name}` twice"));
            }
            fields.push((name.to_owned(), value.to_owned()));
        }
        let stanza = Stanza { fields };
        stanza.is_named()?;
        Ok(stanza)
    }

    /// The fields that say which package it is are there, and hold nothing that would end a line or a path.
    fn is_named(&self) -> Result<(), String> {
        for (name, sound) in NAMES {
            match self.field(name) {
                None | Some("") => return Err(format!("it has no field `{name}`")),
                Some(value) if value.bytes().all(sound) => {}
                Some(value) => return Err(format!("`{value}` is no {name}")),
            }
        }
        Ok(())
    }

    /// The value of a field, without blanks around it.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let found = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
        // Blanks as dpkg knows them: others are part of the value.
        found.map(|(_, value)| value.trim_matches([' ', '\t', '\n']))
    }

    /// Whether a package that says this is called `file`; an epoch may be left out there, or be spelled `%3a`.
    pub fn is_called(&self, file: &str) -> bool {
        let said = |field| self.field(field).unwrap_or_default();
        let version = said("Version");
        let short = version.split_once(':').map_or(version, |(_, short)| short);
        let spelled = version.replace(':', "%3a");
        [version, short, &spelled].iter().any(|version| {
            file == format!("{}_{version}_{}.deb", said("Package"), said("Architecture"))
        })
    }

    /// The stanza in an index, the package's name first and `more` behind everything it says itself.
    pub(super) fn indexed(&self, more: &[(&str, String)]) -> String {
        let first = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("Package");
        let named = self.fields.iter().filter(first);
        let rest = self.fields.iter().filter(|field| !first(field));
        let mut out = String::new();
        for (name, value) in named.chain(rest) {
            out += &format!("{name}:{value}\n");
        }
        for (name, value) in more {
            out += &format!("{name}: {value}\n");
        }
        out + "\n"
    }
}

/// The control file of a package.
fn control(package: &[u8]) -> Result<Vec<u8>, String> {
    let members = members(package)?;
    let [(first, version), (name, packed), (data, _), rest @ ..] = members.as_slice() else {
        return Err("not a package: expected debian-binary, control.tar and data.tar".to_owned());
    };
    let like = |name: &str, stem: &str| name == stem || name.starts_with(&format!("{stem}."));
    // What dpkg passes over is called so.
    let strange = rest.iter().any(|(name, _)| !name.starts_with('_'));
    if first != "debian-binary" || !like(name, "control.tar") || !like(data, "data.tar") || strange
    {
        return Err("not a package: expected debian-binary, control.tar and data.tar, in this order and each once".to_owned());
    }
    if !version.starts_with(b"2.") {
        return Err("not a package of format 2".to_owned());
    }
    let unpacked = unpacked(name, packed).map_err(|e| format!("{name}: {e}"))?;
    let mut tar = tar::Archive::new(unpacked.take(MOST_MEMBER + 1));
    let (mut found, mut seen) = (None, BTreeSet::new());
    // Raw: an entry that renames or resizes the next one (GNU's long names, pax, sparse) is seen, and refused.
    let entries = tar.entries().map_err(|e| format!("{name}: {e}"))?;
    for entry in entries.raw(true) {
        let entry = entry.map_err(|e| format!("{name}: {e}"))?;
        if !plain_header(entry.header()) {
            return Err(format!("in {name} a header is none that dpkg-deb writes"));
        }
        // What unpacks it might take a different member for its control file: each has one plain name, once.
        let path = entry.path_bytes().into_owned();
        let kind = entry.header().entry_type();
        if kind.is_dir() && matches!(path.as_slice(), b"." | b"./") {
            continue;
        }
        let plain = path.strip_prefix(b"./").unwrap_or(&path);
        let spelled = String::from_utf8_lossy(plain).into_owned();
        if !kind.is_file() {
            return Err(match plain {
                b"control" => "its control file is no file".to_owned(),
                _ => format!("in {name} `{spelled}` is no file"),
            });
        }
        if plain.is_empty() || plain.starts_with(b".") || plain.contains(&b'/') {
            return Err(format!("in {name} `{spelled}` is not a plain name"));
        }
        if !seen.insert(plain.to_owned()) {
            return Err(match plain {
                b"control" => "it has two control files".to_owned(),
                _ => format!("in {name} `{spelled}` is there twice"),
            });
        }
        if plain != b"control" {
            continue;
        }
        let mut content = Vec::new();
        let read = entry.take(MOST_CONTROL + 1).read_to_end(&mut content);
        read.map_err(|e| format!("{name}: {e}"))?;
        if content.len() as u64 > MOST_CONTROL {
            return Err(format!(
                "its control file is larger than {MOST_CONTROL} bytes"
            ));
        }
        found = Some(content);
    }
    // What stands behind would not have been seen.
    if tar.into_inner().limit() == 0 {
        return Err(format!("{name} is larger than {MOST_MEMBER} bytes"));
    }
    found.ok_or_else(|| "it has no control file".to_owned())
}

/// Whether every reader takes the same name and size from a header (tar(5)): the name in its own field alone, and the
/// size in octal digits.
fn plain_header(header: &tar::Header) -> bool {
    let bytes = header.as_bytes();
    let (size, prefix) = (&bytes[124..136], &bytes[345..500]);
    let octal = |byte: &u8| matches!(byte, b'0'..=b'7');
    let digits = size.iter().take_while(|byte| octal(byte)).count();
    let end = size[digits..].iter().all(|byte| matches!(byte, 0 | b' '));
    digits > 0 && end && prefix.iter().all(|byte| *byte == 0)
}

/// As the reader of packages does, and with a bound on memory where the format leaves that to what is unpacked.
fn unpacked<'a>(name: &str, packed: &'a [u8]) -> std::io::Result<Box<dyn Read + 'a>> {
    if !name.ends_with(".xz") {
        return decompressed(name, packed);
    }
    let stream =
        liblzma::stream::Stream::new_stream_decoder(MOST_MEMORY, liblzma::stream::CONCATENATED)?;
    Ok(Box::new(liblzma::read::XzDecoder::new_stream(
        packed, stream,
    )))
}

/// Every member of the outer archive with its content; short names, as in every package.
fn members(package: &[u8]) -> Result<Vec<(String, &[u8])>, String> {
    let bad = || "not a package: no `ar` archive, or one that is cut short".to_owned();
    let mut rest = package.strip_prefix(b"!<arch>\n").ok_or_else(bad)?;
    let mut members = Vec::new();
    while !rest.is_empty() {
        // Name 16, time 12, owner 6, group 6, mode 8, size 10, end 2: all text, padded by blanks.
        let (header, behind) = rest.split_at_checked(60).ok_or_else(bad)?;
        let text = std::str::from_utf8(header).map_err(|_| bad())?;
        if !text.ends_with("`\n") || !text.is_ascii() {
            return Err(bad());
        }
        let name = text[..16].trim_end().trim_end_matches('/').to_owned();
        let size: usize = text[48..58].trim_end().parse().map_err(|_| bad())?;
        let (content, behind) = behind.split_at_checked(size).ok_or_else(bad)?;
        // Members begin at even places.
        rest = behind.get(size % 2..).unwrap_or_default();
        members.push((name, content));
    }
    Ok(members)
}

#[cfg(test)]
mod tests;
