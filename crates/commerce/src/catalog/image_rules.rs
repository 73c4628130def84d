//! What the pictures of a product must be like.

use kassa_db::Tx;

use super::check;
use super::image::{IMAGES_MAX, NewImage, Picture};
use super::product::Error;
use super::variant::Variant;
use crate::assets;

/// The pictures that a product gets. Whether it has the variants, [`require_variants`] looks.
///
/// # Errors
/// [`Error::Invalid`]: too many, words that are no line of text, an asset that is not there.
pub(crate) fn made(tx: &mut Tx<'_>, new: &[NewImage]) -> Result<Vec<Picture>, Error> {
    if new.len() > IMAGES_MAX {
        return Err(invalid(format!("are at most {IMAGES_MAX}")));
    }
    let ids: Vec<&str> = new.iter().map(|image| image.id.as_str()).collect();
    let known = assets::store::by_ids(tx, &ids)?;
    let mut pictures = Vec::with_capacity(new.len());
    for NewImage { id, alt, variant_sku } in new {
        let Some(asset) = known.iter().find(|asset| asset.id == *id) else {
            let shown: String = id.chars().take(assets::ID_CHARS).collect();
            return Err(invalid(format!("must have been uploaded: there is no asset {shown}")));
        };
        pictures.push(Picture {
            id: id.clone(),
            alt: words(alt)?,
            width: asset.width,
            height: asset.height,
            variant_sku: variant_sku.clone(),
        });
    }
    Ok(pictures)
}

/// The words for a picture, which may be none.
fn words(alt: &str) -> Result<String, Error> {
    if alt.trim().is_empty() {
        return Ok(String::new());
    }
    check::line("images.alt", alt)
}

/// Refuses a picture of a variant that the product does not have.
pub(crate) fn require_variants(pictures: &[Picture], variants: &[Variant]) -> Result<(), Error> {
    let shown = pictures.iter().filter_map(|picture| picture.variant_sku.as_ref());
    match shown.into_iter().find(|sku| !variants.iter().any(|variant| variant.sku == **sku)) {
        Some(sku) => {
            let sku: String = sku.chars().take(120).collect();
            Err(invalid(format!("must show the product or a variant of it: it has no {sku}")))
        }
        None => Ok(()),
    }
}

fn invalid(why: String) -> Error {
    Error::Invalid { field: "images", why }
}
