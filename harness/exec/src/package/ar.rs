//! The outer layer of a `.deb`: the common `ar` format, short names only.

use std::io::{Error, ErrorKind, Read, Result, Take};

/// The first member whose name starts with `prefix`, with its whole name.
pub(super) fn member<R: Read>(mut file: R, prefix: &str) -> Result<(String, Take<R>)> {
    let bad = |what: &str| Error::new(ErrorKind::InvalidData, format!("not a package: {what}"));
    let mut magic = [0; 8];
    file.read_exact(&mut magic)?;
    if &magic != b"!<arch>\n" {
        return Err(bad("no `ar` magic"));
    }
    loop {
        // Name 16, time 12, owner 6, group 6, mode 8, size 10, end 2: all text, padded by spaces.
        let mut header = [0; 60];
        file.read_exact(&mut header)
            .map_err(|_| bad(&format!("no member `{prefix}`")))?;
        let name = String::from_utf8_lossy(&header[..16]).trim_end().to_owned();
        let name = name.trim_end_matches('/').to_owned();
        let size = std::str::from_utf8(&header[48..58]).ok();
        let size: u64 = size
            .and_then(|text| text.trim_end().parse().ok())
            .ok_or_else(|| bad("a member without a size"))?;
        if name.starts_with(prefix) {
            return Ok((name, file.take(size)));
        }
        // Members start at even offsets.
        let skipped = std::io::copy(
            &mut file.by_ref().take(size + size % 2),
            &mut std::io::sink(),
        );
        if skipped? < size {
            return Err(bad("cut short"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(members: &[(&str, &str)]) -> Vec<u8> {
        let mut bytes = b"!<arch>\n".to_vec();
        for (name, body) in members {
            bytes.extend(
                format!(
                    "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
                    0,
                    0,
                    0,
                    644,
                    body.len()
                )
                .bytes(),
            );
            bytes.extend(body.bytes());
            bytes.extend(std::iter::repeat_n(b'\n', body.len() % 2));
        }
        bytes
    }

    #[test]
    fn a_member_is_found_behind_an_odd_one() {
        let bytes = archive(&[("debian-binary", "2.0"), ("data.tar.xz", "abc"), ("z", "!")]);
        let (name, mut data) = member(bytes.as_slice(), "data.tar").unwrap();
        let mut text = String::new();
        data.read_to_string(&mut text).unwrap();
        assert_eq!((name.as_str(), text.as_str()), ("data.tar.xz", "abc"));
    }

    #[test]
    fn what_is_not_a_package_says_so() {
        assert!(member(b"PK\x03\x04....".as_slice(), "data.tar").is_err());
        assert!(member(archive(&[("x", "y")]).as_slice(), "data.tar").is_err());
    }
}
