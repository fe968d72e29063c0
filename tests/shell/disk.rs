//! A journal's store in memory, which can be full, slow, or silent.

use std::{
    io,
    path::Path,
    sync::{
        Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use cockpit::ports::Store;

#[derive(Default)]
pub(crate) struct Disk {
    bytes: Mutex<Vec<u8>>,
    full: AtomicBool,
    held: Mutex<bool>,
    let_go: Condvar,
    /// Bytes that a loss of power would leave.
    safe: AtomicUsize,
    syncs: AtomicUsize,
}

impl Disk {
    /// Whether there is no space left.
    pub(crate) fn fill(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }

    /// Whether whoever waits for the disk goes on waiting.
    pub(crate) fn hold(&self, hold: bool) {
        *self.held.lock().unwrap() = hold;
        self.let_go.notify_all();
    }

    /// What is written.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes.lock().unwrap().clone()).unwrap()
    }

    /// Whether everything that is written would outlast a loss of power.
    pub(crate) fn is_safe(&self) -> bool {
        self.safe.load(Ordering::SeqCst) == self.bytes.lock().unwrap().len()
    }

    /// How often it was synced since they were forgotten.
    pub(crate) fn syncs(&self) -> usize {
        self.syncs.load(Ordering::SeqCst)
    }

    pub(crate) fn forget_syncs(&self) {
        self.syncs.store(0, Ordering::SeqCst);
    }

    fn wait(&self) {
        let mut held = self.held.lock().unwrap();
        while *held {
            held = self.let_go.wait(held).unwrap();
        }
    }
}

impl Store for Disk {
    fn append(&self, lines: &[u8], durable: bool) -> io::Result<()> {
        if durable {
            self.wait();
        }
        assert!(lines.ends_with(b"\n"), "only whole lines are appended");
        if self.full.load(Ordering::SeqCst) {
            return Err(io::Error::new(
                io::ErrorKind::StorageFull,
                "no space left on the disk",
            ));
        }
        let mut bytes = self.bytes.lock().unwrap();
        bytes.extend_from_slice(lines);
        if durable {
            self.safe.store(bytes.len(), Ordering::SeqCst);
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let written = self.bytes.lock().unwrap().len();
        self.wait();
        self.safe.fetch_max(written, Ordering::SeqCst);
        self.syncs.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn put_blob(&self, _bytes: &[u8]) -> io::Result<String> {
        Ok(String::new())
    }

    fn blob(&self, _name: &str) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn place(&self) -> &Path {
        Path::new("(a test's memory)")
    }
}
