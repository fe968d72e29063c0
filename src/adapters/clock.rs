//! Clocks: the machine's, and one that runs faster.
