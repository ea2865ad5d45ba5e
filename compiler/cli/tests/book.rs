//! The book, as far as it shows the command at work: its commands are run, the help of each is held equal.
//!
//! A `console` block holds commands after `$ ` and what they print. Each page has a folder of its own, with the files
//! that its `file=PATH` blocks show. `UPDATE=1` writes what was found into the book.

#![allow(clippy::unwrap_used, reason = "a test may stop")]

use std::fs;
use std::path::Path;
use std::process::Command;

use netpol_tests::book::{self, Part};

/// The words of every subcommand's help, in the order of the help itself; the first is that of the command as a whole.
fn commands() -> Vec<String> {
    let help = netpol(Path::new("."), &["--help"]);
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let (list, _) = list.split_once("\n\n").unwrap();
    let names = list.lines().filter_map(|line| line.split_whitespace().next());
    std::iter::once(String::new()).chain(names.map(str::to_owned)).collect()
}

/// What a run prints, as a terminal would show it, without what differs from run to run.
fn netpol(folder: &Path, arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_netpol")).args(arguments).current_dir(folder).output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let time = |line: &str| match line.rsplit_once(" in ") {
        Some((before, after)) if after.ends_with(" ms") => format!("{before} in 20 ms"),
        _ => line.to_owned(),
    };
    lines.iter().map(|line| time(line) + "\n").collect()
}

#[test]
fn the_help_of_every_command_is_in_the_book() {
    let (path, mut found) = ("reference/commands.md", Vec::new());
    let text = fs::read_to_string(Path::new(book::SRC).join(path)).unwrap();
    let current = book::with_regions(&text, |name| {
        let (kind, command) = name.split_once(' ').unwrap_or((name, ""));
        if kind != "help" {
            return None;
        }
        found.push(command.to_owned());
        let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        Some(format!("```text\n{}```\n", netpol(Path::new("."), &arguments)))
    });
    assert_eq!(found, commands(), "the commands of the book and of the help");
    book::settle(path, &text, &current).unwrap();
}

#[test]
fn every_command_in_a_chapter_prints_what_the_book_shows() {
    let (mut count, mut wrong) = (0, Vec::new());
    for (path, text) in book::chapters() {
        let folder = tempfile::tempdir().unwrap();
        let mut parts = book::parts(&text);
        for part in &mut parts {
            let Part::Block(block) = part else { continue };
            if let Some(file) = block.option("file") {
                let file = folder.path().join(file);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, &block.body).unwrap();
            }
            if block.language() != "console" {
                continue;
            }
            let commands = block.body.lines().filter_map(|line| line.strip_prefix("$ "));
            let ran: Vec<String> = commands
                .map(|command| {
                    count += 1;
                    let words: Vec<&str> = command.split_whitespace().collect();
                    let printed = match words[..] {
                        ["netpol", ref arguments @ ..] => netpol(folder.path(), arguments),
                        ["cat", file] => fs::read_to_string(folder.path().join(file)).unwrap(),
                        _ => panic!("book/src/{path}:{}: `{command}` is not run", block.line),
                    };
                    format!("$ {command}\n{printed}")
                })
                .collect();
            block.body = ran.concat();
        }
        wrong.extend(book::settle(&path, &text, &book::join(&parts)).err());
    }
    println!("{count} commands");
    assert!(count > 0 && wrong.is_empty(), "{}", wrong.join("\n"));
}
