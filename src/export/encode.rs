//! A picture as the bytes of a PNG file: every pixel enlarged, and the provenance as text.

use std::io::Write;

use png::{BitDepth, ColorType, Encoder, EncodingError};

use crate::export::{ExportError, Picture};

/// Keyword of the iTXt chunk that holds the provenance.
pub const KEYWORD: &str = "latent-atlas";

/// The PNG of `picture` with `json` inside. Rows are enlarged as they are written, so that only the compressed
/// picture is kept.
pub fn encode(picture: &Picture, json: &str) -> Result<Vec<u8>, ExportError> {
    let (canvas, provenance) = (&picture.canvas, &picture.provenance);
    let upscale = provenance.upscale;
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, (canvas.width * upscale) as u32, (canvas.height * upscale) as u32);
    encoder.set_color(if canvas.channels == 1 { ColorType::Grayscale } else { ColorType::Rgb });
    encoder.set_depth(BitDepth::Eight);
    encoder.add_text_chunk("Software".into(), format!("{} {}", provenance.program, provenance.version))?;
    encoder.add_itxt_chunk(KEYWORD.into(), json.into())?;
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer()?;
    let mut wide = Vec::with_capacity(canvas.width * upscale * canvas.channels);
    for row in canvas.bytes.chunks_exact(canvas.width * canvas.channels) {
        wide.clear();
        for pixel in row.chunks_exact(canvas.channels) {
            (0..upscale).for_each(|_| wide.extend_from_slice(pixel));
        }
        for _ in 0..upscale {
            stream.write_all(&wide).map_err(EncodingError::IoError)?;
        }
    }
    stream.finish()?;
    writer.finish()?;
    Ok(file)
}
