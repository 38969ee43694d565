//! A picture as the bytes of a PNG file: every pixel enlarged, and the provenance as text.

use std::io::Write;

use png::{BitDepth, ColorType, Encoder, EncodingError};

use crate::export::caption::Ink;
use crate::export::{Canvas, ExportError, Picture, Provenance};

/// Keyword of the iTXt chunk that holds the provenance.
pub const KEYWORD: &str = "latent-atlas";

/// The PNG of `picture` with `json` inside.
pub fn encode(picture: &Picture, json: &str) -> Result<Vec<u8>, ExportError> {
    let mut file = Vec::new();
    write_png(&mut file, &picture.canvas, &picture.provenance, json)?;
    Ok(file)
}

/// Writes a PNG of `canvas` with `json` inside. Rows are enlarged as they are written, so that only the compressed
/// picture is kept.
pub(super) fn write_png(
    out: &mut impl Write,
    canvas: &Canvas,
    provenance: &Provenance,
    json: &str,
) -> Result<(), ExportError> {
    let mut writer = encoder(out, canvas, provenance, json)?.write_header()?;
    let mut stream = writer.stream_writer()?;
    canvas.enlarged(provenance.upscale, &mut |row| Ok(stream.write_all(row).map_err(EncodingError::IoError)?))?;
    stream.finish()?;
    Ok(writer.finish()?)
}

/// The encoder of pictures like `canvas` with `json` inside.
pub(super) fn encoder<W: Write>(
    out: W,
    canvas: &Canvas,
    provenance: &Provenance,
    json: &str,
) -> Result<Encoder<'static, W>, ExportError> {
    let [width, height] = [canvas.width, canvas.height].map(|pixels| (pixels * provenance.upscale) as u32);
    let mut encoder = Encoder::new(out, width, height);
    encoder.set_color(if canvas.channels == 1 { ColorType::Grayscale } else { ColorType::Rgb });
    encoder.set_depth(BitDepth::Eight);
    encoder.add_text_chunk("Software".into(), provenance.software())?;
    encoder.add_itxt_chunk(KEYWORD.into(), json.into())?;
    Ok(encoder)
}

impl Canvas {
    /// Gives `put` every row of the picture enlarged `upscale` times, its labels drawn.
    pub(super) fn enlarged(
        &self,
        upscale: usize,
        put: &mut dyn FnMut(&[u8]) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        let inks = Ink::of(&self.labels, upscale)?;
        let mut wide = Vec::with_capacity(self.width * upscale * self.channels);
        for (j, row) in self.bytes.chunks_exact(self.width * self.channels).enumerate() {
            wide.clear();
            for pixel in row.chunks_exact(self.channels) {
                (0..upscale).for_each(|_| wide.extend_from_slice(pixel));
            }
            for y in j * upscale..(j + 1) * upscale {
                let mut row = wide.clone();
                for ink in &inks {
                    ink.stain(&mut row, self.channels, y);
                }
                put(&row)?;
            }
        }
        Ok(())
    }

    /// All of it: `[height · upscale, width · upscale, channels]`.
    pub(super) fn enlarged_bytes(&self, upscale: usize) -> Result<Vec<u8>, ExportError> {
        let mut bytes = Vec::with_capacity(self.bytes.len() * upscale * upscale);
        self.enlarged(upscale, &mut |row| {
            bytes.extend_from_slice(row);
            Ok(())
        })?;
        Ok(bytes)
    }
}
