//! Finds the prebuilt libduckdb that `make setup` installs and tells the linker where the tests of this package load
//! it from. Link arguments reach only the package that prints them: `app` has the same script for the binary.

use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-env-changed=DUCKDB_LIB_DIR");
    let enabled = |feature: &str| std::env::var_os(format!("CARGO_FEATURE_{feature}")).is_some();
    if !enabled("DUCKDB") || enabled("BUNDLED") {
        return;
    }
    let macos = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "macos");
    let library = if macos { "libduckdb.dylib" } else { "libduckdb.so" };
    let folder = std::env::var_os("DUCKDB_LIB_DIR").map(PathBuf::from).unwrap_or_default();
    let folder = folder.canonicalize().unwrap_or(folder);
    println!("cargo::rerun-if-changed={}", folder.join(library).display());
    if !folder.join(library).exists() {
        println!("cargo::error=libduckdb is missing: run make setup, or use --features bundled");
        return;
    }
    let origin = if macos { "@loader_path" } else { "$ORIGIN" };
    for place in [origin.to_owned(), format!("{origin}/../lib"), folder.display().to_string()] {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{place}");
    }
}
