//! Any bytes as manifests for `kubernetes`: refused with a place, or read so that sets and single answers agree.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| netpol_fuzz::manifests::check("kubernetes", text));
