//! Colours, folds, hints, lenses, selections.

use lsp_types::{
    CodeLensParams, FoldingRangeParams, InlayHintLabel, InlayHintParams, SelectionRangeParams,
    SemanticTokensParams, SemanticTokensRangeParams, SemanticTokensRangeResult, SemanticTokensResult,
};

use crate::requests::{folding, inlay, lens, selection, semantic_tokens};
use crate::testing::{Marked, file, project};

fn coloured(marked: &Marked) -> Vec<String> {
    let params = SemanticTokensParams {
        text_document: marked.document(),
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
    };
    let Some(SemanticTokensResult::Tokens(found)) = semantic_tokens::full(&marked.cx, params) else {
        panic!()
    };
    let legend = semantic_tokens::legend();
    let (mut line, mut character) = (0, 0);
    let mut shown = Vec::new();
    for token in found.data {
        character = if token.delta_line == 0 { character + token.delta_start } else { token.delta_start };
        line += token.delta_line;
        let start = lsp_types::Position { line, character };
        let end = lsp_types::Position { line, character: character + token.length };
        let ty = legend.token_types[token.token_type as usize].as_str();
        let marks = if token.token_modifiers_bitset == 0 {
            String::new()
        } else {
            format!("+{}", token.token_modifiers_bitset)
        };
        shown.push(format!("{} {ty}{marks}", marked.text(lsp_types::Range { start, end })));
    }
    shown
}

#[test]
fn each_word_is_coloured_by_what_it_stands_for() {
    let text = "use std/k8s # größe 😀\nnamespace shop owner team-x\ntiers [web, api] by tier\nworkload db selects app=log,part-of=all\n  ports [sql=5432]\nweb -> db:sql because \"log\"\negress https to [internet, api.example.com, 10.0.0.0/8] from api\napply k8s/dns\n‸";
    assert_eq!(
        coloured(&file(text)),
        [
            "use keyword",
            "std/k8s namespace",
            "# größe 😀 comment",
            "namespace keyword",
            "shop namespace+1",
            "owner keyword",
            "team-x string",
            "tiers keyword",
            "web enumMember+1",
            "api enumMember+1",
            "by keyword",
            "workload keyword",
            "db class+1",
            "selects keyword",
            "app property",
            "= operator",
            "log string",
            "part-of property",
            "= operator",
            "all keyword+2",
            "ports keyword",
            "sql property+1",
            "= operator",
            "5432 number",
            "web enumMember",
            "-> operator",
            "db class",
            "sql property",
            "because keyword",
            "\"log\" string",
            "egress keyword",
            "https property+2",
            "to keyword",
            "internet keyword+2",
            "api.example.com string",
            "10.0.0.0/8 number",
            "from keyword",
            "api enumMember",
            "apply keyword",
            "k8s namespace",
            "dns function+2",
        ]
    );
}

#[test]
fn a_part_has_the_colours_of_the_whole() {
    let marked = file("namespace shop\ntiers [web, api] by tier\nweb -> api:1\n‸");
    let of_lines = |start: u32, end: u32| {
        let range = lsp_types::Range {
            start: lsp_types::Position { line: start, character: 0 },
            end: lsp_types::Position { line: end, character: 0 },
        };
        let params = SemanticTokensRangeParams {
            text_document: marked.document(),
            range,
            work_done_progress_params: Default::default(),
            partial_result_params: Default::default(),
        };
        let Some(SemanticTokensRangeResult::Tokens(found)) = semantic_tokens::range(&marked.cx, params)
        else {
            panic!()
        };
        found.data.len()
    };
    assert_eq!((of_lines(0, 1), of_lines(1, 2), of_lines(2, 3), of_lines(0, 9)), (2, 5, 4, 11));
}

#[test]
fn blocks_statements_comments_and_imports_fold() {
    let text = "use std/k8s\nuse std/cloud\n\n# one\n# two\nnamespace n {\n  tiers [a, b] by t\n  a -> b:1\n    because \"x\"\n}\n‸";
    let marked = file(text);
    let params = FoldingRangeParams {
        text_document: marked.document(),
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
    };
    let found = folding::folding(&marked.cx, params).unwrap();
    let shown: Vec<(u32, u32)> = found.iter().map(|fold| (fold.start_line, fold.end_line)).collect();
    assert_eq!(shown, [(0, 1), (3, 4), (5, 8), (7, 8)]);
}

fn hinted(marked: &Marked) -> Vec<String> {
    let params = InlayHintParams {
        text_document: marked.document(),
        range: marked.whole(),
        work_done_progress_params: Default::default(),
    };
    let found = inlay::hints(&marked.cx, params).unwrap();
    let shown = |hint: &lsp_types::InlayHint| match &hint.label {
        InlayHintLabel::String(text) => format!("{}: {text}", hint.position.line + 1),
        InlayHintLabel::LabelParts(_) => panic!("one text is given"),
    };
    found.iter().map(shown).collect()
}

#[test]
fn hints_show_the_numbers_of_ports_and_who_uses_an_expose() {
    let data = "namespace data {\n  workload db selects a=b\n  expose db:[postgres, 9187] to [a/all, b/all]\n    because \"x\"\n  expose db:77 to c/all\n}‸\n";
    let user = |name: &str| {
        format!("namespace {name} {{\n  tiers [web] by t\n  web -> data/db:postgres because \"x\"\n}}\n")
    };
    let (a, b) = (user("a"), user("b"));
    let marked = project(&[("data.netpol", data), ("a.netpol", &a), ("b.netpol", &b)]);
    assert_eq!(hinted(&marked), ["3: tcp/5432", "3: 2 consumers", "5: nobody asks for it"]);
}

#[test]
fn a_lens_says_what_a_test_came_to() {
    let text = |port: u32| {
        format!(
            "namespace n {{\n  tiers [a, b] by t\n  a -> b:1\n  test \"it holds\" {{\n    can a -> b:{port}\n    cannot b -> a:any\n  }}\n}}‸\n"
        )
    };
    let title = |text: &str| {
        let marked = file(text);
        let params = CodeLensParams {
            text_document: marked.document(),
            work_done_progress_params: Default::default(),
            partial_result_params: Default::default(),
        };
        let found = lens::lenses(&marked.cx, params).unwrap();
        assert_eq!(found.len(), 1);
        let command = found[0].command.clone().unwrap();
        assert_eq!(command.command, "netpol.test");
        assert_eq!(command.arguments.unwrap()[1], "it holds");
        command.title
    };
    assert_eq!(title(&text(1)), "✓ 2 of 2 proved");
    assert_eq!(title(&text(2)), "✗ 1 of 2 fail");
    assert!(title(&text(1).replace("a -> b:1\n", "a -> bb:1\n")).starts_with("run:"));
}

#[test]
fn a_selection_grows_from_the_word_to_the_file() {
    let marked = file("namespace n {\n  tiers [a, b] by t\n  a -> b:80‸80 because \"x\"\n}\n");
    let params = SelectionRangeParams {
        text_document: marked.document(),
        positions: vec![marked.position],
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
    };
    let mut at = selection::selection(&marked.cx, params).unwrap().into_iter().next().map(Box::new);
    let mut texts = Vec::new();
    while let Some(range) = at {
        texts.push(marked.text(range.range).lines().next().unwrap().to_owned());
        at = range.parent;
    }
    assert_eq!(
        texts,
        ["8080", "  a -> b:8080", "  a -> b:8080 because \"x\"", "namespace n {", "namespace n {"]
            .map(str::trim_start)
    );
}
