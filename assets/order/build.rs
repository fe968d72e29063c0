//! Lets the linker place the functions that run side by side, in the order of their first use.
//!
//! A quarter of the program's code ever runs, and the compiler spreads it over all of it; the kernel maps 64 KB around
//! each page that is touched, so nearly everything was resident. `functions.txt` names what runs: `record.py` beside it wrote it down.
//! A name that the program does not have is passed over: with another compiler, or as the code moves on, more is resident
//! and nothing else changes. Linkers that do not know such a list are left alone, as are builds for tests.
//!
//! A program that runs where it was built also packs its relocations, of which it has a hundred thousand. Older C libraries
//! (glibc before 2.36) cannot unpack them: the `dist` profile, whose programs travel, leaves them.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn main() {
    println!("cargo:rerun-if-changed=assets/order/functions.txt");
    for argument in accepted().unwrap_or_default() {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
}

/// What the linker is to be told: the most of it with which a small program is linked, and runs; nothing where that cannot be
/// found out.
fn accepted() -> Option<Vec<String>> {
    if env::var("PROFILE").ok()? != "release" {
        return None;
    }
    let list = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?).join("assets/order/functions.txt");
    let ordered = vec![
        format!("-Wl,--symbol-ordering-file={}", list.to_str()?),
        "-Wl,--no-warn-symbol-ordering".to_owned(),
    ];
    let folder = PathBuf::from(env::var_os("OUT_DIR")?);
    if stays_here(&folder) {
        let packed = [&ordered[..], &["-Wl,-z,pack-relative-relocs".to_owned()]].concat();
        let is_whole = linked(&folder, &packed).and_then(|probe| Command::new(probe).status().ok());
        if is_whole.is_some_and(|status| status.success()) {
            return Some(packed);
        }
    }
    linked(&folder, &ordered).map(|_| ordered)
}

/// Whether the program is for this machine, and of the profile that is run where it is built: `target/release/build/NAME/out`.
fn stays_here(folder: &Path) -> bool {
    let profile = folder.ancestors().nth(3).and_then(Path::file_name);
    env::var_os("HOST") == env::var_os("TARGET") && profile == Some(OsStr::new("release"))
}

/// A small program that was linked with these arguments as the real one will be; `None`: the linker refuses them.
fn linked(folder: &Path, arguments: &[String]) -> Option<PathBuf> {
    let (source, probe) = (folder.join("probe.rs"), folder.join("probe"));
    fs::write(&source, "fn main() {}\n").ok()?;
    let mut compiler = Command::new(env::var_os("RUSTC")?);
    compiler.arg("--target").arg(env::var_os("TARGET")?);
    if let Ok(flags) = env::var("CARGO_ENCODED_RUSTFLAGS") {
        compiler.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    }
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        compiler.arg(format!("-Clinker={linker}"));
    }
    let told = arguments
        .iter()
        .map(|argument| format!("-Clink-arg={argument}"));
    let output = compiler
        .args(told)
        .arg("-o")
        .arg(&probe)
        .arg(source)
        .output()
        .ok()?;
    output.status.success().then_some(probe)
}
