//! For every lint the smallest wrong policy and its right twin.

mod agreement;
mod consent;
mod hygiene;
