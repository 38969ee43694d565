//! Messages for the user.

use std::path::PathBuf;

/// What a message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeKind {
    /// Something failed; stays until dismissed.
    Error(String),
    /// Something to know; fades.
    Info(String),
    /// The run in this folder was saved and closed, and has epochs left; fades, later.
    Closed(PathBuf),
    /// A file was written; fades.
    Saved(PathBuf),
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Names it in [`crate::state::Action::Dismiss`].
    pub id: u64,
    /// What it says.
    pub kind: NoticeKind,
}

/// Every message not yet dismissed, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Notices {
    next_id: u64,
    list: Vec<Notice>,
}

impl Notices {
    /// Adds a message; the same message is not added twice.
    pub fn push(&mut self, kind: NoticeKind) {
        self.list.retain(|n| n.kind != kind);
        self.list.push(Notice { id: self.next_id, kind });
        self.next_id += 1;
        // A flood of messages helps nobody: the latest are kept.
        let surplus = self.list.len().saturating_sub(4);
        self.list.drain(..surplus);
    }

    /// Takes a message away.
    pub fn dismiss(&mut self, id: u64) {
        self.list.retain(|n| n.id != id);
    }

    /// Takes every error away, because something new was begun.
    pub fn clear_errors(&mut self) {
        self.list.retain(|n| !matches!(n.kind, NoticeKind::Error(_)));
    }

    /// The messages, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Notice> {
        self.list.iter()
    }
}
