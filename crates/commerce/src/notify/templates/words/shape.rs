//! What the words of a language are.

/// The words of a language.
#[derive(Debug)]
pub(in crate::notify::templates) struct Words {
    pub(in crate::notify::templates) language: &'static str,
    /// `ltr` or `rtl`.
    pub(in crate::notify::templates) direction: &'static str,
    pub(in crate::notify::templates) total: &'static str,
    pub(in crate::notify::templates) carrier: &'static str,
    pub(in crate::notify::templates) tracking: &'static str,
    pub(in crate::notify::templates) see_order: &'static str,
    pub(in crate::notify::templates) see_parcel: &'static str,
    pub(in crate::notify::templates) see_product: &'static str,
    pub(in crate::notify::templates) letters: &'static [LetterWords],
}

/// The words of one letter.
#[derive(Debug)]
pub(in crate::notify::templates) struct LetterWords {
    pub(in crate::notify::templates) template: &'static str,
    pub(in crate::notify::templates) subject: &'static str,
    pub(in crate::notify::templates) paragraphs: &'static [&'static str],
}

impl Words {
    /// Those of this letter.
    pub(in crate::notify::templates) fn letter(&self, template: &str) -> Option<&LetterWords> {
        self.letters.iter().find(|letter| letter.template == template)
    }
}
