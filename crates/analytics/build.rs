//! Tells the linker where this package's tests, which try DuckDB too, load the prebuilt libduckdb from: link arguments reach
//! only the package that prints them, so `eventstore` and `app` have scripts like this.

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-env-changed=DUCKDB_LIB_DIR");
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let folder = env::var_os("DUCKDB_LIB_DIR").map_or_else(|| manifest.join("../../.duckdb"), PathBuf::from);
    // Where it is missing, `eventstore` says so, or has compiled it in.
    if let Ok(folder) = folder.canonicalize() {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{}", folder.display());
    }
}
