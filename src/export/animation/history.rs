//! What a model made of the same points while it was trained, as an animation.

use crate::export::animation::{Animation, FrameShape, Playback};
use crate::export::canvas::{Canvas, decode};
use crate::export::provenance::{Made, Origin, Provenance, Watched};
use crate::export::{CELLS, ExportError, FRAMES, Spacing, within};
use crate::model::{ImageShape, Snapshot};

/// Reads the model as it was after so many steps; the reason when it cannot.
type Load<'a> = Box<dyn Fn(u64) -> Result<Snapshot, String> + Send + 'a>;

/// The models of a run's past.
pub struct Past<'a> {
    /// Steps and epochs behind each, in order.
    pub moments: Vec<(u64, f64)>,
    /// Reads one of them.
    pub load: Load<'a>,
}

/// Decodes `watched` by every model of `past`, one a frame, with the epoch below it. `origin` is the newest model, whose
/// shape all of them have.
pub fn history<'a>(
    origin: &Origin<'_>,
    past: Past<'a>,
    watched: Watched,
    playback: Playback,
    upscale: usize,
) -> Result<Animation<'a>, ExportError> {
    let (image, expected) = (origin.snapshot.shape(), origin.snapshot.latent_dim());
    let plan = Plan::of(&watched, image)?;
    if let Some(point) = plan.cells.iter().find(|cell| cell.z.len() != expected) {
        return Err(ExportError::Point { got: point.z.len(), expected });
    }
    let Past { moments, load } = past;
    let captions = captions(&moments);
    let (steps, epochs) = moments.iter().copied().unzip();
    let shape = FrameShape { width: plan.width, height: plan.height, channels: image.channels };
    let provenance = Provenance::new(origin, Made::History { steps, epochs, watched }, upscale);
    Animation::new(shape, (moments.len(), captions), playback, provenance, move |frame| {
        let (step, _) = moments.get(frame).copied().unwrap_or_default();
        plan.draw(&load(step).map_err(ExportError::Past)?)
    })
}

/// Where each decoded point lies on a frame.
struct Plan {
    width: usize,
    height: usize,
    cells: Vec<Cell>,
}

struct Cell {
    z: Vec<f32>,
    x: usize,
    y: usize,
}

impl Plan {
    /// A grid's images touch, as they do on the map; points stand apart in rows, about as many as there are columns.
    fn of(watched: &Watched, ImageShape { side, .. }: ImageShape) -> Result<Self, ExportError> {
        let (columns, rows, gap) = match watched {
            Watched::Grid(grid) => {
                within("the number of columns", grid.columns, CELLS)?;
                within("the number of rows", grid.rows, CELLS)?;
                (grid.columns, grid.rows, 0)
            }
            Watched::Points(points) => {
                within("the number of points", points.len(), 1..=*FRAMES.end())?;
                let columns = (1..=points.len()).find(|n| n * n >= points.len()).unwrap_or(1);
                (columns, points.len().div_ceil(columns), Spacing::of(side).gap)
            }
        };
        let z: Vec<Vec<f32>> = match watched {
            Watched::Grid(grid) => (0..grid.n_cells()).map(|cell| grid.point(cell)).collect(),
            Watched::Points(points) => points.clone(),
        };
        let pitch = side + gap;
        let cell = |(i, z): (usize, Vec<f32>)| Cell { z, x: i % columns * pitch, y: i / columns * pitch };
        let cells = z.into_iter().enumerate().map(cell).collect();
        Ok(Self { width: columns * pitch - gap, height: rows * pitch - gap, cells })
    }

    /// The bytes of the frame, `[height, width, channels]`.
    fn draw(&self, snapshot: &Snapshot) -> Result<Vec<u8>, ExportError> {
        let ImageShape { side, channels } = snapshot.shape();
        let z: Vec<f32> = self.cells.iter().flat_map(|cell| cell.z.iter().copied()).collect();
        let decoded = decode(snapshot, &z)?; // [cells, side, side, channels]
        let mut canvas = Canvas::new(self.width, self.height, channels, 1)?;
        for (cell, image) in self.cells.iter().zip(decoded.chunks_exact(snapshot.shape().pixels())) {
            canvas.put(image, side, cell.x, cell.y);
        }
        Ok(canvas.bytes)
    }
}

/// `epoch 12`, with a digit after the point where an epoch was not done.
fn captions(moments: &[(u64, f64)]) -> Vec<String> {
    let digits = usize::from(moments.iter().any(|(_, epoch)| epoch.fract() != 0.0));
    moments.iter().map(|(_, epoch)| format!("epoch {epoch:.digits$}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ModelConfig, TrainConfig};
    use crate::latent::{Grid, Plane};
    use crate::model::Vae;

    const SHAPE: ImageShape = ImageShape { side: 16, channels: 1 };

    /// The model after so many steps: another one for each.
    fn model(step: u64) -> Snapshot {
        let config = ModelConfig { hidden: 8, ..ModelConfig::default() };
        Snapshot::of(&Vae::new(&config, SHAPE, step).unwrap(), step, step as f64 / 4.0).unwrap()
    }

    fn film(moments: &[(u64, f64)], watched: Watched) -> Result<Animation<'static>, ExportError> {
        let (newest, train) = (model(8), TrainConfig::default());
        let origin = Origin { snapshot: &newest, run: "a", train: &train };
        let load = |step: u64| -> Result<Snapshot, String> {
            if step == 99 { Err("step 99 is damaged".into()) } else { Ok(model(step)) }
        };
        let past = Past { moments: moments.to_vec(), load: Box::new(load) };
        history(&origin, past, watched, Playback { fps: 5, ping_pong: false }, 1)
    }

    /// The square at (x, y) of a frame.
    fn at(canvas: &Canvas, x: usize, y: usize) -> Vec<u8> {
        (0..16).flat_map(|row| canvas.bytes[(y + row) * canvas.width + x..][..16].to_vec()).collect()
    }

    #[test]
    fn every_frame_is_decoded_by_the_model_of_its_moment() {
        let grid = Grid::square(Plane::axes(2, 0, 1), 3, 2.0);
        let points = vec![vec![0.5, -1.0], vec![2.0, 0.0], vec![0.0, 0.0]];
        let moments = [(0, 0.0), (4, 1.0), (8, 2.0)];
        let gridded = film(&moments, Watched::Grid(grid.clone())).unwrap();
        let pointed = film(&moments, Watched::Points(points.clone())).unwrap();
        assert_eq!((pointed.size()[0] >= 33, gridded.captions[1].as_str()), (true, "epoch 1"));
        for (frame, (step, _)) in moments.iter().enumerate() {
            let decoded = |z: &[f32]| decode(&model(*step), z).unwrap();
            let (canvas, inset) = (gridded.canvas(frame).unwrap(), gridded.stage.left);
            assert_eq!(at(&canvas, inset + 16, 32), decoded(&grid.point(7)), "{step}");
            let (canvas, inset) = (pointed.canvas(frame).unwrap(), pointed.stage.left);
            assert_eq!(at(&canvas, inset + 17, 0), decoded(&points[1]), "{step}");
            assert_eq!(at(&canvas, inset, 17), decoded(&points[2]), "{step}");
        }
        assert_ne!(gridded.canvas(0).unwrap().bytes, gridded.canvas(2).unwrap().bytes);
    }

    #[test]
    fn it_says_how_it_was_made_and_a_frame_says_which_model_decoded_it() {
        let film = film(&[(0, 0.0), (6, 1.5)], Watched::Points(vec![vec![1.0, 2.0]])).unwrap();
        let json: serde_json::Value = serde_json::from_str(&film.provenance.json().unwrap()).unwrap();
        let layout = serde_json::json!({"steps": [0, 6], "epochs": [0.0, 1.5], "z": [[1.0, 2.0]]});
        assert_eq!((&json["kind"], &json["layout"]), (&"history".into(), &layout));
        let read: Provenance = serde_json::from_value(json).unwrap();
        assert_eq!(read, film.provenance);
        let frame = read.of_frame(0);
        assert_eq!((frame.decoder.step, frame.decoder.epoch), (0, 0.0));
        assert_eq!(film.captions, ["epoch 0.0", "epoch 1.5"]);
    }

    #[test]
    fn a_model_that_cannot_be_read_and_a_point_of_another_space_are_named() {
        let broken = film(&[(0, 0.0), (99, 1.0)], Watched::Points(vec![vec![1.0, 2.0]])).unwrap();
        assert_eq!(broken.canvas(1).unwrap_err().to_string(), "step 99 is damaged");
        let error = film(&[(0, 0.0), (4, 1.0)], Watched::Points(vec![vec![1.0]])).err().unwrap();
        assert!(error.to_string().contains("1 coordinates"), "{error}");
        let error = film(&[(0, 0.0)], Watched::Points(vec![vec![1.0, 2.0]])).err().unwrap();
        assert!(error.to_string().contains("the number of frames is 1"), "{error}");
    }
}
