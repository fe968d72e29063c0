//! The built binary in a pseudo-terminal: the happy path, and that every way out hands the terminal back.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![cfg(unix)]

use std::{
    io::{Read as _, Write},
    path::Path,
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// Longest wait for anything; what is awaited usually comes within a second.
const PATIENCE: Duration = Duration::from_millis(100);
const WAITS: usize = 200;

const SIZE: PtySize = PtySize {
    rows: 34,
    cols: 120,
    pixel_width: 0,
    pixel_height: 0,
};

/// A terminal with a program in it.
struct Terminal {
    master: Option<Box<dyn MasterPty + Send>>,
    child: Box<dyn Child + Send + Sync>,
    keys: Option<Box<dyn Write + Send>>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    bytes: Vec<u8>,
}

impl Terminal {
    fn start(arguments: &[&str], folder: &Path) -> Self {
        let pair = native_pty_system().openpty(SIZE).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_cockpit"));
        command.args(arguments);
        command.cwd(folder);
        command.env("HOME", folder);
        command.env("XDG_CONFIG_HOME", folder);
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let (told, output) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if told.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            master: Some(pair.master),
            child,
            keys: Some(keys),
            output,
            screen: vt100::Parser::new(SIZE.rows, SIZE.cols, 0),
            bytes: Vec::new(),
        }
    }

    fn demo(folder: &Path) -> Self {
        let state = folder.join("state");
        let state = state.to_str().unwrap();
        let arguments = ["demo", "healthy", "--speed", "200", "--state", state];
        Self::start(&arguments, folder)
    }

    /// Takes in what the program writes until `done`, or fails with the screen as it stands.
    #[track_caller]
    fn until(&mut self, what: &str, mut done: impl FnMut(&vt100::Screen) -> bool) {
        for _ in 0..WAITS {
            if done(self.screen.screen()) {
                return;
            }
            match self.output.recv_timeout(PATIENCE) {
                Ok(bytes) => {
                    self.screen.process(&bytes);
                    self.bytes.extend(bytes);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        assert!(
            done(self.screen.screen()),
            "no {what}:\n{}",
            self.screen.screen().contents()
        );
    }

    #[track_caller]
    fn shows(&mut self, text: &str) {
        self.until(text, |screen| screen.contents().contains(text));
    }

    fn press(&mut self, keys: &str) {
        let writer = self.keys.as_mut().unwrap();
        for key in keys.chars() {
            // One that has ended reads no more.
            if write!(writer, "{key}")
                .and_then(|()| writer.flush())
                .is_err()
            {
                return;
            }
            // A person's keys do not come in one read; what comes in one is a paste.
            thread::sleep(Duration::from_millis(15));
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        let kill = std::process::Command::new("kill")
            .args(["-s", name, &id])
            .status();
        assert!(kill.unwrap().success());
    }

    #[track_caller]
    fn ends(&mut self) -> ExitStatus {
        for _ in 0..WAITS {
            if let Some(status) = self.child.try_wait().unwrap() {
                while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
                    self.screen.process(&bytes);
                    self.bytes.extend(bytes);
                }
                return status;
            }
            // The reader must not stall it.
            match self.output.recv_timeout(PATIENCE) {
                Ok(bytes) => {
                    self.screen.process(&bytes);
                    self.bytes.extend(bytes);
                }
                Err(RecvTimeoutError::Timeout) => {}
                // The terminal is closed; the process may still put things away.
                Err(RecvTimeoutError::Disconnected) => thread::sleep(PATIENCE),
            }
        }
        panic!("still running:\n{}", self.screen.screen().contents());
    }

    #[track_caller]
    fn is_handed_back(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "bracketed paste is off");
        assert_eq!(
            screen.mouse_protocol_mode(),
            vt100::MouseProtocolMode::None,
            "the mouse is free"
        );
        let text = String::from_utf8_lossy(&self.bytes);
        assert!(!text.contains("panicked"), "{text}");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // One that has ended already cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_person_approves_a_release_and_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::demo(folder.path());
    terminal.shows("cockpit");
    terminal.shows("11 of 12 pass");
    terminal.press("a");
    terminal.shows("Approve");
    terminal.press("\u{1b}");
    terminal.until("the prompt closes", |screen| {
        screen.contents().contains("a approve")
    });
    terminal.press("q");
    let status = terminal.ends();
    assert_eq!(status.exit_code(), 0);
    terminal.is_handed_back();
    let text = terminal.screen.screen().contents();
    assert!(text.contains("takes it up again"), "{text}");
}

#[test]
fn signals_that_end_it_hand_the_terminal_back() {
    for signal in ["TERM", "INT", "QUIT"] {
        let folder = tempfile::tempdir().unwrap();
        let mut terminal = Terminal::demo(folder.path());
        terminal.shows("storefront");
        terminal.signal(signal);
        terminal.ends();
        terminal.is_handed_back();
    }
}

#[test]
fn a_terminal_that_hangs_up_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::demo(folder.path());
    terminal.shows("storefront");
    terminal.signal("HUP");
    terminal.ends();
}

#[test]
fn a_pause_by_others_is_survived_and_everything_is_drawn_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::demo(folder.path());
    terminal.shows("storefront");
    terminal.signal("STOP");
    terminal.signal("CONT");
    terminal.bytes.clear();
    terminal.screen = vt100::Parser::new(SIZE.rows, SIZE.cols, 0);
    terminal.shows("storefront");
    assert!(terminal.screen.screen().alternate_screen());
    terminal.press("q");
    terminal.ends();
    terminal.is_handed_back();
}

#[test]
fn every_size_and_a_paste_are_survived() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::demo(folder.path());
    terminal.shows("Waits for your decision");
    for (cols, rows) in [(1, 1), (2, 2), (250, 80), (20, 5), (120, 34)] {
        let size = PtySize { rows, cols, ..SIZE };
        terminal.master.as_ref().unwrap().resize(size).unwrap();
    }
    let writer = terminal.keys.as_mut().unwrap();
    // Clicks and wheels outside of the screen, also at the column 0 that there is not.
    let mouse = "\u{1b}[<0;0;0M\u{1b}[<0;0;0m\u{1b}[<64;65535;65535M\u{1b}[<0;300;2M";
    writer.write_all(mouse.as_bytes()).unwrap();
    let paste = format!("\u{1b}[200~{}\u{1b}[201~", "a\n".repeat(500));
    writer.write_all(paste.as_bytes()).unwrap();
    // A key that comes in one read with the end of a paste is part of it: a person presses it again.
    for _ in 0..20 {
        terminal.press("q");
        thread::sleep(PATIENCE);
        if terminal.child.try_wait().unwrap().is_some() {
            break;
        }
    }
    terminal.ends();
    terminal.is_handed_back();
    let journal = journal_below(&folder.path().join("state"));
    assert!(journal.contains("approval.waiting"), "{journal}");
    assert!(
        !journal.contains("approval.requested"),
        "a paste decides nothing"
    );
}

/// The only journal below a folder.
fn journal_below(folder: &Path) -> String {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let found = journal_below(&path);
            if !found.is_empty() {
                return found;
            }
        } else if path.file_name().is_some_and(|name| name == "journal.jsonl") {
            return std::fs::read_to_string(path).unwrap();
        }
    }
    String::new()
}

#[test]
fn without_a_terminal_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_cockpit"))
        .args(["demo", "healthy", "--state"])
        .arg(folder.path())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty(), "no escape was written");
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("cockpit status"), "{text}");
}
