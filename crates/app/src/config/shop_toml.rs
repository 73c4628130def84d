//! `shop.toml`, beside the configuration file, or in the data folder where there is none: what is said of the shop on its pages.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use kassa_commerce::storefront::settings::Settings;

/// What the file is called.
pub(crate) const NAME: &str = "shop.toml";

/// What it says; nothing where there is none.
///
/// # Errors
/// It cannot be read, is no TOML, or says what is not known or cannot be shown.
pub(super) fn read(configuration: Option<&Path>, data: &Path) -> anyhow::Result<Settings> {
    let folder = configuration.and_then(Path::parent).unwrap_or(data);
    let path = folder.join(NAME);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Settings::default());
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let settings: Settings = toml::from_str(&text).with_context(|| format!("in {}", path.display()))?;
    settings.checked().with_context(|| format!("in {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_from_beside_the_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let (configuration, data) = (folder.path().join("kassa.toml"), folder.path().join("data"));
        std::fs::create_dir(&data).unwrap();
        let read = || read(Some(&configuration), &data);
        assert_eq!(read().unwrap(), Settings::default());
        std::fs::write(data.join(NAME), "name = \"In the data\"").unwrap();
        assert_eq!(read().unwrap(), Settings::default());
        assert_eq!(super::read(None, &data).unwrap().shown_name(), "In the data");
        let path = folder.path().join(NAME);
        std::fs::write(&path, "name = \" Corner \"\nlanguages = [\"de\"]\nterms = \"\"\"\na\n\nb\"\"\"")
            .unwrap();
        let found = read().unwrap();
        assert_eq!((found.shown_name(), found.terms.as_deref()), ("Corner", Some("a\n\nb")));
        for (text, expected) in
            [("nam = \"x\"", "nam"), ("colour = \"red\"", "colour must be"), ("name", "shop.toml")]
        {
            std::fs::write(&path, text).unwrap();
            let said = format!("{:#}", read().unwrap_err());
            assert!(said.contains(expected), "{text}: {said}");
        }
    }
}
