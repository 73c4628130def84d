//! Records and answers.
