//! Tells the linker where libduckdb lies at run time; `crates/app/build.rs` says why every package that links needs this.

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-env-changed=DUCKDB_LIB_DIR");
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let folder = env::var_os("DUCKDB_LIB_DIR").map_or_else(|| manifest.join("../.duckdb"), PathBuf::from);
    // Absent, DuckDB is linked in (`--features kassa-app/bundled`), or linking says itself what is missing.
    if let Ok(folder) = folder.canonicalize() {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{}", folder.display());
    }
}
