//! Artifacts read as evidence: zips within limits, JUnit XML, k6 summaries, Markdown.
