//! GIF (CompuServe 1990), with the endless repetition that Netscape added.

use std::io::{BufWriter, Write};

use gif::{AnyExtension, DisposalMethod, Encoder, Frame, Repeat};

use crate::export::ExportError;
use crate::export::animation::{Animation, Progress, palette};

/// Viewers take a frame of less than two hundredths of a second for one of ten.
const MOST_FPS: u32 = 50;
/// A second in the unit of a frame's time.
const HUNDREDTHS: u64 = 100;
/// Label of a comment.
const COMMENT: u8 = 0xfe;

pub(super) fn write(
    animation: &Animation<'_>,
    json: &str,
    out: &mut impl Write,
    progress: Progress<'_>,
) -> Result<(), ExportError> {
    let (playback, upscale) = (animation.playback, animation.provenance.upscale);
    if playback.fps > MOST_FPS {
        return Err(ExportError::TooFast { fps: playback.fps, most: MOST_FPS });
    }
    let [width, height] = animation.size().map(u16::try_from);
    let (Ok(width), Ok(height)) = (width, height) else { return Err(ExportError::TooLong) };
    let is_grey = animation.shape.channels == 1;
    // One palette for all that is grey; colours get one for each frame.
    let greys: Vec<u8> = if is_grey { (0..=255).flat_map(|v| [v; 3]).collect() } else { Vec::new() };
    let mut encoder = Encoder::new(BufWriter::new(out), width, height, &greys)?;
    encoder.set_repeat(Repeat::Infinite)?;
    encoder.write_raw_extension(AnyExtension(COMMENT), &[ascii(json).as_bytes()])?;
    animation.each(progress, &mut |n, canvas| {
        let bytes = canvas.enlarged_bytes(upscale)?;
        let (palette, indices) = if is_grey {
            (None, bytes)
        } else {
            let indexed = palette::index(&bytes);
            (Some(indexed.palette), indexed.indices)
        };
        let delay = playback.duration(n, HUNDREDTHS) as u16;
        let dispose = DisposalMethod::Keep;
        let frame = Frame { width, height, delay, dispose, palette, buffer: indices.into(), ..Frame::default() };
        Ok(encoder.write_frame(&frame)?)
    })?;
    Ok(encoder.into_inner()?.flush()?)
}

/// The same JSON in ASCII, which is all that a comment may hold.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            text.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_ascii_and_the_same_json() {
        let json = "{\"name\":\"猫 🐈 é\"}";
        let text = ascii(json);
        assert!(text.is_ascii());
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&text), read(json));
    }
}
