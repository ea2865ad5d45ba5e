//! Any text as a project of one file, built for every target: what is built is proved, or it is refused for a reason.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| netpol_fuzz::program::compile(text));
