//! What a policy means: the policy as data, and the reference interpreter that decides any connection.
//!
//! `policy` is what `check` makes of the text: every name resolved, every pattern expanded, one [`Policy`] for each
//! cluster. `reference` decides a connection in the eight steps of the language (section 2.6); read it first. `denote` and
//! `verdicts` say the same about sets of connections.

mod apart;
mod denote;
mod policy;
mod reference;
mod verdicts;

pub use apart::{are_apart, ends_are_apart, ports_meet};
pub use denote::{Places, pod_set, services};
pub use policy::*;
pub use reference::{Consent, Step, consent, verdict};
pub use verdicts::Verdicts;
