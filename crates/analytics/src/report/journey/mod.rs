//! What the questions that follow visitors (`funnel`, `retention`, `paths`) have in common: how they are read, whom they are about,
//! how their shares and amounts look.

mod asked;
mod share;
mod step;

pub(super) use asked::{Asked, parse_count};
pub(super) use share::{Money, halves, percent, share};
pub(super) use step::{StepAsk, one_step, steps};
