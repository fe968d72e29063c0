//! Work that takes a processor for long, on a thread of its own that gives way to the screen's.

use std::thread;

use tokio::sync::oneshot;

/// How much it gives way: a tenth of what another gets who wants the processor too.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Does the work aside; `None`: it panicked, or there is no thread to be had.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (done, told) = oneshot::channel();
    let thread = thread::Builder::new().name("reader".to_owned());
    let begun = thread.spawn(move || {
        // On Linux that is this thread's alone. Elsewhere it would be the whole process', and is left.
        #[cfg(target_os = "linux")]
        {
            // One that may not give way works all the same.
            let _ = rustix::process::nice(NICE);
        }
        // Whoever asked may be gone.
        let _ = done.send(work());
    });
    begun.ok()?;
    told.await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_done_and_a_panic_is_told() {
        assert_eq!(aside(|| 7).await, Some(7));
        let broken = aside(|| -> u8 { panic!("a reader that breaks") });
        assert_eq!(broken.await, None);
    }
}
