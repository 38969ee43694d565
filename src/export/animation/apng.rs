//! Animated PNG (W3C, Portable Network Graphics, third edition, 2025).

use std::io::{BufWriter, Write};

use crate::export::ExportError;
use crate::export::animation::{Animation, Progress};
use crate::export::encode::encoder;

/// As often as anyone looks.
const FOR_EVER: u32 = 0;

pub(super) fn write(
    animation: &Animation<'_>,
    json: &str,
    out: &mut impl Write,
    progress: Progress<'_>,
) -> Result<(), ExportError> {
    let provenance = &animation.provenance;
    let mut out = BufWriter::new(out);
    let mut encoder = encoder(&mut out, &animation.canvas(0)?, provenance, json)?;
    encoder.set_animated(animation.shown() as u32, FOR_EVER)?;
    encoder.set_frame_delay(1, animation.playback.fps as u16)?;
    let mut writer = encoder.write_header()?;
    animation
        .each(progress, &mut |_, canvas| Ok(writer.write_image_data(&canvas.enlarged_bytes(provenance.upscale)?)?))?;
    writer.finish()?;
    Ok(out.flush()?)
}
