//! GitHub's REST API: one client for everything, and the ports over it.
