//! Animated lossless WebP: a RIFF file of frames (RFC 9649, section 2.7).

use std::io::{BufWriter, Seek, SeekFrom, Write};

use image_webp::{ColorType, WebPEncoder};

use crate::export::ExportError;
use crate::export::animation::{Animation, Progress};

/// Flags of the header: an XMP chunk, and frames.
const FLAGS: u8 = 0b0000_0110;
/// Bytes before the first chunk of a still picture: RIFF, size, WEBP.
const HEADER: usize = 12;
/// A second in the unit of a frame's time.
const MILLISECONDS: u64 = 1000;
/// Flag of a frame: its pixels replace those before it.
const REPLACE: u8 = 0b10;
/// Pixels across and down that a lossless frame may have.
const LONGEST: usize = 1 << 14;

pub(super) fn write(
    animation: &Animation<'_>,
    json: &str,
    out: &mut (impl Write + Seek),
    progress: Progress<'_>,
) -> Result<(), ExportError> {
    let [width, height] = animation.size();
    if width.max(height) > LONGEST {
        return Err(ExportError::TooLong);
    }
    let size = [u24(width - 1), u24(height - 1)].concat();
    let mut out = BufWriter::new(out);
    out.write_all(b"RIFF\0\0\0\0WEBP")?;
    chunk(&mut out, *b"VP8X", &[&[FLAGS, 0, 0, 0][..], &size].concat())?;
    // A white background, and 0 for ever.
    chunk(&mut out, *b"ANIM", &[255, 255, 255, 255, 0, 0])?;
    let colour = if animation.shape.channels == 1 { ColorType::L8 } else { ColorType::Rgb8 };
    animation.each(progress, &mut |n, canvas| {
        let mut still = Vec::new();
        let bytes = canvas.enlarged_bytes(animation.provenance.upscale)?;
        WebPEncoder::new(&mut still).encode(&bytes, width as u32, height as u32, colour)?;
        let corner = [0; 6];
        let duration = u24(animation.playback.duration(n, MILLISECONDS) as usize);
        let image = still.get(HEADER..).unwrap_or_default();
        chunk(&mut out, *b"ANMF", &[&corner[..], &size, &duration, &[REPLACE], image].concat())
    })?;
    chunk(&mut out, *b"XMP ", xmp(&animation.provenance.software(), json).as_bytes())?;
    // The length of all that follows it.
    let length = u32::try_from(out.stream_position()? - 8).map_err(|_| ExportError::TooLong)?;
    out.seek(SeekFrom::Start(4))?;
    out.write_all(&length.to_le_bytes())?;
    Ok(out.flush()?)
}

/// Name, length, payload, and a byte more when that is odd.
fn chunk(out: &mut impl Write, name: [u8; 4], payload: &[u8]) -> Result<(), ExportError> {
    let length = u32::try_from(payload.len()).map_err(|_| ExportError::TooLong)?;
    out.write_all(&name)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(payload)?;
    if payload.len() % 2 == 1 {
        out.write_all(&[0])?;
    }
    Ok(())
}

/// The three lower bytes.
fn u24(value: usize) -> [u8; 3] {
    let [a, b, c, ..] = (value as u32).to_le_bytes();
    [a, b, c]
}

/// The JSON as the description of an XMP packet (ISO 16684-1).
fn xmp(software: &str, json: &str) -> String {
    let escaped = json.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"><xmp:CreatorTool>{software}</xmp:CreatorTool><dc:description>\
         <rdf:Alt><rdf:li xml:lang=\"x-default\">{escaped}</rdf:li></rdf:Alt></dc:description></rdf:Description>\
         </rdf:RDF></x:xmpmeta>"
    )
}
