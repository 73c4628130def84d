//! The dialects against what wire.md says of them: examples, answers to the letter, limits, and what is kept where.

mod answers;
mod columns;
mod golden;
mod limits;
mod rebuild;
mod secrets;
