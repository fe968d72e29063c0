//! The journal on disk: append, lock, blobs.
