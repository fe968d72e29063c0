//! Lets the linker place the functions that run side by side, in the order of their first use.
//!
//! A quarter of the program's code ever runs, and the compiler spreads it over all of it; the kernel maps 64 KB around
//! each page that is touched, so nearly everything was resident. `functions.txt` names what runs: `record.py` beside it wrote it down.
//! A name that the program does not have is passed over: with another compiler, or as the code moves on, more is resident
//! and nothing else changes. Linkers that do not know such a list are left alone, as are builds for tests.

use std::{env, fs, path::PathBuf, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=assets/order");
    for argument in accepted().unwrap_or_default() {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
}

/// What the linker is to be told, if it links a small program with it; nothing where that cannot be found out.
fn accepted() -> Option<Vec<String>> {
    if env::var("PROFILE").ok()? != "release" {
        return None;
    }
    let list = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?).join("assets/order/functions.txt");
    let arguments = vec![
        format!("-Wl,--symbol-ordering-file={}", list.to_str()?),
        "-Wl,--no-warn-symbol-ordering".to_owned(),
    ];
    let folder = PathBuf::from(env::var_os("OUT_DIR")?);
    let probe = folder.join("probe.rs");
    fs::write(&probe, "fn main() {}\n").ok()?;
    let mut compiler = Command::new(env::var_os("RUSTC")?);
    compiler.arg("--target").arg(env::var_os("TARGET")?);
    if let Ok(flags) = env::var("CARGO_ENCODED_RUSTFLAGS") {
        compiler.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    }
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        compiler.arg(format!("-Clinker={linker}"));
    }
    compiler.args(
        arguments
            .iter()
            .map(|argument| format!("-Clink-arg={argument}")),
    );
    let told = compiler
        .arg("-o")
        .arg(folder.join("probe"))
        .arg(&probe)
        .output()
        .ok()?;
    told.status.success().then_some(arguments)
}
