//! One release without a screen: inputs, the four functions, journal, outbox, pollers.
