//! Any text as a program: a tree and diagnostics whose places are in the text, and a report of them.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| netpol_fuzz::program::parse(text));
