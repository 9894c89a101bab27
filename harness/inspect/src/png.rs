//! PNG images (PNG Specification, Third Edition): chunk by chunk, the picture by what its stream holds, texts and
//! times by name.

mod chunks;
mod facts;

use crate::demands;
use crate::options::Options;
use crate::part::{Canon, Expanded, Item, Packed, Part, Refusal, StandsFor, with_gaps_of};
use crate::rules::{RuleSet, compressed_stream, png_times};
use crate::{limits, stream};
use chunks::{Chunk, SIGNATURE};
use crossproof_model::{Level, RelPath};
use std::ops::Range;

/// Whether the content starts with the signature.
pub(crate) fn recognize(content: &[u8]) -> bool {
    content.starts_with(SIGNATURE)
}

/// Takes an image apart. Where a chunk is cut short, is not where it must be or has a wrong checksum, decoders
/// differ in what they make of it: then every chunk is compared byte for byte.
pub(crate) fn explode<'a>(
    content: &'a [u8],
    options: &'a Options,
) -> Result<Vec<Part<'a>>, Refusal> {
    // Writers cut a stream every few kilobytes.
    let most = limits::CHUNKS + content.len() / 1024;
    let chunks = chunks::read(content, most);
    if chunks.len() > most {
        let why = format!("it has more than {most} chunks");
        return Err(Refusal::TooMuch(why));
    }
    let whole = chunks::are_whole(&chunks);
    let rules = &options.rules;
    let times = Some(&png_times::RULE).filter(|rule| whole && rules.has(rule));
    let signature = vec![0..SIGNATURE.len()];
    let mut parts = vec![Part::exact(
        "signature",
        &["png"],
        signature,
        Level::Interface,
    )];
    let mut order: Vec<String> = Vec::new();
    let mut dated: Vec<(Item, Range<usize>)> = Vec::new();
    let mut rest = chunks.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let time = facts::time(first).filter(|_| whole);
        if let (Some(time), Some(_)) = (&time, times) {
            dated.push((time.clone().under(times), first.at.clone()));
            rest = after;
            continue;
        }
        // One stream is cut into chunks as it pleases its writer.
        let run = rest.iter().take_while(|c| whole && c.kind == *b"IDAT");
        let (run, after) = rest.split_at(run.count().max(1));
        let part = match (whole, &first.kind) {
            (true, b"IDAT") => picture(run, rules),
            (true, _) => known(first, rules),
            (false, _) => None,
        };
        let part = part.unwrap_or_else(|| plain(first));
        order.push(part.name.replace(',', "\\,"));
        parts.push(part);
        rest = after;
    }
    // Present even where it is empty, so that an image without times has the same parts.
    let (facts, claims): (Vec<_>, Vec<_>) = dated.into_iter().unzip();
    let dated = Part::exact("times", &["png.time"], claims, Level::Interface);
    let facts = facts::numbered(facts);
    parts.push(dated.through(Canon::Told(Box::new(move || facts.clone())), None));
    if let Some(first) = parts.first_mut() {
        let order = Item::new(
            &["png", "order"],
            "order",
            order.join(", "),
            Level::Interface,
        );
        first.header.push(order);
    }
    Ok(with_gaps_of("png", content, parts, None, |_| true))
}

/// A chunk as it stands.
fn plain<'a>(chunk: &Chunk<'a>) -> Part<'a> {
    let name = RelPath::spell(&chunk.kind);
    let claims = vec![chunk.at.clone()];
    Part::exact(name, &["png.chunk"], claims, Level::Interface)
}

/// The picture: chunks that are cut from one stream.
fn picture<'a>(run: &[Chunk<'a>], rules: &'a RuleSet) -> Option<Part<'a>> {
    let data: Vec<&[u8]> = run.iter().map(|chunk| chunk.data).collect();
    let claims = run.iter().map(|chunk| chunk.at.clone()).collect();
    Some(deflated("IDAT", "png.image", claims, rules, data))
}

/// A chunk whose fields are told by name; nothing if it is not made as the specification says.
fn known<'a>(chunk: &Chunk<'a>, rules: &'a RuleSet) -> Option<Part<'a>> {
    let claims = vec![chunk.at.clone()];
    let packed = |name: String, key: &str, data: &'a [u8]| {
        deflated(&name, key, claims.clone(), rules, vec![data])
    };
    let told = |name: String, key: &str, facts: Vec<Item>| {
        let facts = Canon::Told(Box::new(move || facts.clone()));
        Part::exact(name, &[key], claims.clone(), Level::Interface).through(facts, None)
    };
    match &chunk.kind {
        b"IHDR" => Some(told(
            "IHDR".into(),
            "png.header",
            facts::header(chunk.data)?,
        )),
        b"pHYs" => {
            let facts = facts::physical_size(chunk.data)?;
            Some(told("pHYs".into(), "png.physical-size", facts))
        }
        b"tEXt" => {
            let (keyword, text) = facts::keyword(chunk.data)?;
            let fact = facts::text("text", text);
            Some(told(format!("tEXt {keyword}"), "png.text", vec![fact]))
        }
        b"zTXt" => {
            let (keyword, rest) = facts::keyword(chunk.data)?;
            let stream = rest.strip_prefix(b"\0")?;
            Some(packed(format!("zTXt {keyword}"), "png.text", stream))
        }
        b"iCCP" => {
            let (name, rest) = facts::keyword(chunk.data)?;
            let stream = rest.strip_prefix(b"\0")?;
            let mut part = packed("iCCP".to_owned(), "png.profile", stream);
            let key = ["png", "profile", "name"];
            part.header = vec![Item::new(&key, "name", name, Level::Interface)];
            Some(part)
        }
        b"iTXt" => {
            let text = facts::international(chunk.data)?;
            let name = format!("iTXt {}", text.keyword);
            if !text.compressed {
                let mut facts = text.facts;
                facts.push(facts::text("text", text.text));
                return Some(told(name, "png.text", facts));
            }
            let mut part = packed(name, "png.text", text.text);
            part.header = text.facts;
            Some(part)
        }
        _ => None,
    }
}

/// A part that is a zlib stream (RFC 1950) of plain data, whatever these look like.
fn deflated<'a>(
    name: &str,
    key: &str,
    claims: Vec<Range<usize>>,
    rules: &RuleSet,
    pieces: Vec<&'a [u8]>,
) -> Part<'a> {
    let expand = move |most| {
        let packed = pieces.concat();
        let mut decoder = flate2::bufread::ZlibDecoder::new(packed.as_slice());
        let mut content = Vec::new();
        stream::read(&mut decoder, most, &mut content)?;
        let mut facts = stream::trailing("png", decoder.into_inner());
        facts.push(stream::asks("png", 0, demands::zlib(&packed)));
        Ok(Expanded { content, facts })
    };
    let part = Part::exact(name, &[key], claims, Level::Interface);
    match rules.has(&compressed_stream::RULE) {
        false => part,
        true => part.through(
            Canon::Packed(Packed {
                expand: Box::new(expand),
                stands_for: StandsFor::Data,
            }),
            Some(&compressed_stream::RULE),
        ),
    }
}
