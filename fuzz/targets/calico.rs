//! Any bytes as manifests for `calico`: refused with a place, or read so that sets and single answers agree.
#![no_main]

use netpol_fuzz::manifests::{Target, check};

libfuzzer_sys::fuzz_target!(|text: &str| check(Target::Calico, text));
