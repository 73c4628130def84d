//! Tells the linker where the prebuilt libduckdb lies at run time: link arguments reach only their own package, so
//! `eventstore` has its own copy of this. And tells the program its version: with the commit where `KASSA_COMMIT` names one
//! (scripts/dist does), without git and without compiling anew for each commit where it does not.

use std::env;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-env-changed=KASSA_COMMIT");
    // Not KASSA_…: cargo hands it to what it runs, and the program refuses variables of that name that it does not know.
    println!("cargo::rustc-env=APP_VERSION={}", version());
    println!("cargo::rerun-if-env-changed=DUCKDB_LIB_DIR");
    if env::var_os("CARGO_FEATURE_BUNDLED").is_some() || env::var_os("CARGO_FEATURE_DUCKDB").is_none() {
        return;
    }
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let folder = env::var_os("DUCKDB_LIB_DIR").map_or_else(|| manifest.join("../../.duckdb"), PathBuf::from);
    let folder = folder.canonicalize().unwrap_or(folder);
    let macos = env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("macos");
    let library = folder.join(if macos { "libduckdb.dylib" } else { "libduckdb.so" });
    println!("cargo::rerun-if-changed={}", library.display());
    if !library.exists() {
        println!("cargo::error=libduckdb is missing: run make setup, or use --features bundled");
        return;
    }
    let origin = if macos { "@loader_path" } else { "$ORIGIN" };
    for place in [Path::new(origin), &Path::new(origin).join("../lib"), &folder] {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{}", place.display());
    }
}

/// `0.2.0`, or `0.2.0 (f919938e25)`.
fn version() -> String {
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    match env::var("KASSA_COMMIT") {
        Ok(commit) if !commit.is_empty() => format!("{version} ({commit})"),
        _ => version,
    }
}
