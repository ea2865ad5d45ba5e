//! Each request on marked text.

mod asking;
mod changing;
mod completing;
mod looking;
mod odd;
