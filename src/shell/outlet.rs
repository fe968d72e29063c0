//! Where bytes for the terminal go: gathered, then written whole by a thread of their own.
//!
//! A terminal that does not read must not stop the flight: only that thread waits for it, and nothing is drawn meanwhile.

use std::{
    io::{self, Write},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

/// Frames that may wait for a slow terminal before drawing stops.
const WAITING: usize = 2;
/// Messages that fit into the channel: frames, and the few words at the end.
const ROOM: usize = 16;
/// Longest wait for a terminal that does not read, at the end.
const LAST_WAIT: Duration = Duration::from_millis(500);
/// Frames below this are drawn by any terminal at once: marks would only cost bytes.
const WORTH_MARKS: usize = 1_024;
/// Synchronized output, DEC private mode 2026: begin and end.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

enum Message {
    Bytes(Vec<u8>),
    Flush(SyncSender<()>),
}

/// Gathers bytes; [`Outlet::emit`] hands them to the writing thread. Clones share both.
#[derive(Clone)]
pub struct Outlet {
    gathered: Arc<Mutex<Vec<u8>>>,
    thread: SyncSender<Message>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    waiting: AtomicUsize,
    broken: AtomicBool,
}

impl Outlet {
    /// An outlet into `target`, with its thread.
    pub fn new(target: impl Write + Send + 'static) -> io::Result<Self> {
        let (thread, messages) = sync_channel(ROOM);
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        thread::Builder::new()
            .name("terminal".to_owned())
            .spawn(move || write_all(target, &messages, &shared))?;
        Ok(Self {
            gathered: Arc::default(),
            thread,
            state,
        })
    }

    fn gathered(&self) -> std::sync::MutexGuard<'_, Vec<u8>> {
        // Bytes are bytes, whoever panicked while they were gathered.
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands over what is gathered, as one write. Nothing gathered: nothing written.
    pub fn emit(&self) {
        let mut gathered = self.gathered();
        if gathered.is_empty() {
            return;
        }
        let bytes = if gathered.len() < WORTH_MARKS {
            std::mem::take(&mut *gathered)
        } else {
            let mut marked = Vec::with_capacity(gathered.len() + BEGIN.len() + END.len());
            marked.extend_from_slice(BEGIN);
            marked.append(&mut gathered);
            marked.extend_from_slice(END);
            marked
        };
        self.state.waiting.fetch_add(1, Ordering::SeqCst);
        if self.thread.try_send(Message::Bytes(bytes)).is_err() {
            self.state.waiting.fetch_sub(1, Ordering::SeqCst);
            self.state.broken.store(true, Ordering::SeqCst);
        }
    }

    /// Whether a frame drawn now would not have to wait for too many others.
    pub fn is_ready(&self) -> bool {
        self.state.waiting.load(Ordering::SeqCst) < WAITING
    }

    /// Whether the terminal is gone.
    pub fn is_broken(&self) -> bool {
        self.state.broken.load(Ordering::SeqCst)
    }

    /// Emits and waits until everything is written, but not for a terminal that does not read.
    pub fn finish(&self) {
        self.emit();
        let (done, written) = sync_channel(1);
        if self.thread.try_send(Message::Flush(done)).is_ok() {
            // A terminal that does not read is left as it is.
            let _ = written.recv_timeout(LAST_WAIT);
        }
    }
}

fn write_all(mut target: impl Write, messages: &Receiver<Message>, state: &State) {
    for message in messages {
        match message {
            Message::Bytes(bytes) => {
                if target
                    .write_all(&bytes)
                    .and_then(|()| target.flush())
                    .is_err()
                {
                    state.broken.store(true, Ordering::SeqCst);
                }
                state.waiting.fetch_sub(1, Ordering::SeqCst);
            }
            Message::Flush(done) => {
                // Nobody waits any more: fine.
                let _ = done.try_send(());
            }
        }
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Nothing: a frame is emitted whole, by [`Outlet::emit`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nothing_gathered_is_nothing_written_and_a_large_frame_is_marked() {
        let paper = Paper::default();
        let mut outlet = Outlet::new(paper.clone()).unwrap();
        outlet.emit();
        outlet.finish();
        assert!(paper.0.lock().unwrap().is_empty());
        outlet.write_all(b"ab").unwrap();
        outlet.finish();
        assert_eq!(*paper.0.lock().unwrap(), b"ab");
        outlet.write_all(&[b'x'; WORTH_MARKS]).unwrap();
        outlet.finish();
        let written = paper.0.lock().unwrap().clone();
        assert!(written[2..].starts_with(BEGIN) && written.ends_with(END));
    }

    /// Blocks until it is let go, as a terminal that does not read.
    struct Stalled(Receiver<()>);

    impl Write for Stalled {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_terminal_that_does_not_read_stops_drawing_and_nothing_else() {
        let (_hold, held) = sync_channel(0);
        let mut outlet = Outlet::new(Stalled(held)).unwrap();
        for _ in 0..WAITING {
            assert!(outlet.is_ready());
            outlet.write_all(b"frame").unwrap();
            outlet.emit();
        }
        assert!(!outlet.is_ready());
    }
}
