//! A picture in a body: `{"id":"9f86…0a08","alt":"The mug from above","variant_sku":"mug-blue"}`; without `variant_sku` it shows the
//! product.

use serde::{Deserialize, Deserializer, Serialize};

use super::image::NewImage;
use crate::object::objects_or_none;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImageBody {
    id: String,
    alt: Option<String>,
    variant_sku: Option<String>,
}

/// Pictures that are there; null is none.
pub(super) fn given_images<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<ImageBody>>, D::Error> {
    objects_or_none(from).map(|images| Some(images.unwrap_or_default()))
}

/// The pictures that bodies ask for.
pub(super) fn new_images(bodies: Vec<ImageBody>) -> Vec<NewImage> {
    let new = |ImageBody { id, alt, variant_sku }| NewImage { id, alt: alt.unwrap_or_default(), variant_sku };
    bodies.into_iter().map(new).collect()
}
