//! The `cockpit` binary.

fn main() -> std::process::ExitCode {
    cockpit::cli::main()
}
