//! `--frame-log`: one line a frame, written by a thread of its own so that the disk never delays a frame.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use rust_i18n::t;

use crate::threads::panic_message;

/// Lines that may wait for the disk; what comes while that many do is left out.
const CAPACITY: usize = 4096;

/// A frame: when it began, in milliseconds since the process did, and the milliseconds the UI thread worked on it.
type Line = (f64, f64);

/// Frames on their way into a file. Dropping it writes what is left and waits for that.
pub struct FrameLog {
    process_began: Instant,
    /// When the frame under way began.
    frame_began: Option<Instant>,
    lines: Option<Sender<Line>>,
    writer: Option<JoinHandle<io::Result<()>>>,
    file: String,
}

impl FrameLog {
    /// Makes `file`, which must not hold anything, and starts the thread `frame-log`; the error is a sentence for the user.
    pub fn create(file: &Path, process_began: Instant) -> Result<Self, String> {
        let name = file.display().to_string();
        let target = OpenOptions::new().append(true).create(true).open(file);
        let target = target.and_then(|target| match target.metadata()?.len() {
            0 => Ok(target),
            _ => Err(io::ErrorKind::AlreadyExists.into()),
        });
        let target = target.map_err(|e| refused(&name, &e))?;
        let (sender, lines) = bounded(CAPACITY);
        let writer = std::thread::Builder::new().name("frame-log".into()).spawn(move || write(target, &lines));
        let writer = writer.map_err(|e| refused(&name, &e))?;
        Ok(Self { process_began, frame_began: None, lines: Some(sender), writer: Some(writer), file: name })
    }

    /// A frame begins; the one before took the UI thread `worked_secs`, all but the wait for the screen. The error,
    /// which comes once, is a sentence for the user.
    pub fn begin_frame(&mut self, worked_secs: Option<f32>) -> Result<(), String> {
        let before = self.frame_began.replace(Instant::now());
        let (Some(began), Some(worked), Some(lines)) = (before, worked_secs, &self.lines) else { return Ok(()) };
        let line = ((began - self.process_began).as_secs_f64() * 1e3, f64::from(worked) * 1e3);
        match lines.try_send(line) {
            Ok(()) | Err(TrySendError::Full(_)) => Ok(()),
            Err(TrySendError::Disconnected(_)) => self.end().map_err(|e| refused(&self.file, &e)),
        }
    }

    /// Waits until every line is written.
    fn end(&mut self) -> io::Result<()> {
        self.lines = None;
        let Some(writer) = self.writer.take() else { return Ok(()) };
        writer.join().unwrap_or_else(|panic| Err(io::Error::other(panic_message(&*panic))))
    }
}

impl Drop for FrameLog {
    fn drop(&mut self) {
        // The window is gone: there is nobody left to tell.
        let _untold = self.end();
    }
}

fn refused(file: &str, error: &io::Error) -> String {
    t!("error.frame_log", file = file, reason = error.to_string()).into_owned()
}

/// Writes until the last sender is gone; whatever waits is written at one go.
fn write(file: File, lines: &Receiver<Line>) -> io::Result<()> {
    let mut file = BufWriter::new(file);
    while let Ok(first) = lines.recv() {
        for (began, worked) in std::iter::once(first).chain(lines.try_iter()) {
            writeln!(file, "{began:.3} {worked:.3}")?;
        }
        file.flush()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_frame_that_ended_is_a_line_in_milliseconds() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("frames.txt");
        let began = Instant::now().checked_sub(Duration::from_secs(2)).unwrap();
        let mut log = FrameLog::create(&file, began).unwrap();
        for worked in [None, Some(0.0125), Some(0.25)] {
            log.begin_frame(worked).unwrap();
        }
        drop(log);
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<Vec<f64>> = text.lines().map(|l| l.split(' ').map(|v| v.parse().unwrap()).collect()).collect();
        assert_eq!(lines.iter().map(|l| l[1]).collect::<Vec<_>>(), [12.5, 250.0]);
        assert!(lines[0][0] >= 2000.0 && lines[0][0] <= lines[1][0], "{text}");
    }

    #[test]
    fn a_file_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("missing/frames.txt");
        let error = FrameLog::create(&file, Instant::now()).err().unwrap();
        assert!(error.contains("missing/frames.txt"), "{error}");
    }
}
