//! A Markdown page as text for a terminal.
//!
//! It knows the Markdown that our pages are written in and no more: paragraphs, lists, tables, fenced blocks, links.

/// The columns that a paragraph fills.
const WIDTH: usize = 80;
/// What a program is moved in by.
const INDENT: &str = "    ";

/// The page without its title: paragraphs filled, programs indented, tables aligned.
pub fn render_page(markdown: &str) -> String {
    let mut lines = markdown.lines().skip_while(|line| line.starts_with("# ")).peekable();
    let mut out = String::new();
    while let Some(line) = lines.next() {
        if line.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        if line.starts_with("```") {
            for line in lines.by_ref().take_while(|line| *line != "```") {
                out.push_str(format!("{INDENT}{line}").trim_end());
                out.push('\n');
            }
            continue;
        }
        let mut block = vec![line];
        while let Some(next) = lines.next_if(|next| !next.is_empty() && !next.starts_with("```")) {
            block.push(next);
        }
        match line.as_bytes().first() {
            Some(b'|') => table(&block, &mut out),
            _ => items(&block, &mut out),
        }
    }
    out
}

/// A paragraph, or the items of a list.
fn items(block: &[&str], out: &mut String) {
    let mut items: Vec<String> = Vec::new();
    for line in block {
        match items.last_mut() {
            Some(last) if !line.starts_with("- ") => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => items.push((*line).to_owned()),
        }
    }
    for item in items {
        let hang = if item.starts_with("- ") { 2 } else { 0 };
        fill(&without_links(&item), hang, out);
    }
}

/// Breaks a paragraph into lines; those after the first begin with `hang` spaces.
fn fill(text: &str, hang: usize, out: &mut String) {
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            out.push('\n');
            out.push_str(&" ".repeat(hang));
            column = hang;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
}

/// A table in columns, without its rule.
fn table(block: &[&str], out: &mut String) {
    let cells = |line: &&str| -> Vec<String> {
        let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
        without_links(inner).split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let is_rule = |row: &Vec<String>| row.iter().all(|cell| cell.chars().all(|c| c == '-' || c == ':'));
    let rows: Vec<Vec<String>> = block.iter().map(cells).filter(|row| !is_rule(row)).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| {
        rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in &rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        out.push_str(format!("{INDENT}{}", cells.join("  ")).trim_end());
        out.push('\n');
    }
}

/// The text with each `[words](place)` as its words.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        let parts = link.split_once("](").and_then(|(words, tail)| Some((words, tail.split_once(')')?.1)));
        out.push_str(before);
        match parts {
            Some((words, after)) if !words.contains('[') => {
                out.push_str(words);
                rest = after;
            }
            _ => {
                out.push('[');
                rest = link;
            }
        }
    }
    out + rest
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    #[test]
    fn a_page_reads_as_text() {
        let page = "# NP0000: a title\n\nOne sentence that goes on and on until it has\nto be broken, since a terminal \
                    is only so wide. See [the tour](tour.md).\n\n```netpol,wrong\na -> b:80\n\n  log\n```\n\n- first \
                    [x]\n- second, which\n  goes on\n\n| a | long cell |\n| --- | --- |\n| bb | c |\n";
        let expected = "One sentence that goes on and on until it has to be broken, since a terminal is\nonly so \
                        wide. See the tour.\n\n    a -> b:80\n\n      log\n\n- first [x]\n- second, which goes \
                        on\n\n    a   long cell\n    bb  c\n";
        assert_eq!(render_page(page), expected);
    }
}
