// Where a statement ends, and where a label has no value.
//
// It ends with its line, before `}` and with the file. It goes on where the next line starts with a clause, `from` or `to`; after
// the blocks of a `net` also with `except`, unless that is a statement of its own; and after a `workload` with its options.
// `continues` in compiler/syntax/src/words.rs says the same. Inside brackets the grammar does not ask, so a line end is space.

#include "tree_sitter/parser.h"

#include <string.h>

enum Token { END, MORE_NET, MORE_WORKLOAD, NO_VALUE, RECOVERING };

// Longer than any word that is looked for.
#define WORD 24

void *tree_sitter_netpol_external_scanner_create(void) { return NULL; }
void tree_sitter_netpol_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_netpol_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}
void tree_sitter_netpol_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}

static bool is_blank(int32_t c) { return c == ' ' || c == '\t' || c == '\r'; }

static bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }

static bool is_word(int32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '-';
}

static bool is_end_of_label(int32_t c) { return c == '\n' || c == ',' || c == ')' || c == '#' || c == '{' || c == '}'; }

static void next(TSLexer *lexer) { lexer->advance(lexer, false); }

static void skip_blanks(TSLexer *lexer) {
  while (is_blank(lexer->lookahead)) next(lexer);
}

static void skip_comment(TSLexer *lexer) {
  while (!lexer->eof(lexer) && lexer->lookahead != '\n') next(lexer);
}

// Passes blanks, line ends and comments.
static void skip_trivia(TSLexer *lexer) {
  for (;;) {
    if (is_blank(lexer->lookahead) || lexer->lookahead == '\n') {
      next(lexer);
    } else if (lexer->lookahead == '#') {
      skip_comment(lexer);
    } else {
      return;
    }
  }
}

// Reads the word at hand; one that is too long for the buffer is none that is looked for. Stops before the `-` of `->`, and says so.
static bool read_word(TSLexer *lexer, char *word) {
  unsigned length = 0;
  bool arrow = false;
  while (is_word(lexer->lookahead)) {
    int32_t c = lexer->lookahead;
    next(lexer);
    if (c == '-' && lexer->lookahead == '>') {
      arrow = true;
      break;
    }
    if (length < WORD) word[length++] = (char)c;
  }
  word[length < WORD ? length : 0] = '\0';
  return arrow;
}

static bool is_one_of(const char *word, const char *const *words) {
  for (; *words; words++) {
    if (strcmp(word, *words) == 0) return true;
  }
  return false;
}

static const char *const ALWAYS[] = {
  "because", "ticket", "owner", "until", "reviewed", "only", "log", "alert", "from", "to", NULL,
};

// Whether an option of a workload follows: `word` has been read.
static bool is_option(TSLexer *lexer, const char *word) {
  int32_t after = lexer->lookahead;
  bool space = after == ' ' || after == '\t';
  if (strcmp(word, "host-network") == 0) {
    if (after == '/' || after == ':' || after == '.') return false;
    skip_blanks(lexer);
    return lexer->lookahead != '-';
  }
  bool within = strcmp(word, "in") == 0;
  if (!within && strcmp(word, "ports") != 0 && strcmp(word, "account") != 0) return false;
  if (!space && after != '[') return false;
  skip_blanks(lexer);
  // No name starts with a hyphen: this is `->`.
  if (lexer->lookahead == '-') return false;
  if (!within) return true;
  while (lexer->lookahead == '[' || lexer->lookahead == ' ') next(lexer);
  return !is_digit(lexer->lookahead);
}

// Whether the `except` that has been read starts a statement of its own: a flow follows, which has an arrow or says its direction.
static bool excepts_a_flow(TSLexer *lexer) {
  char word[WORD + 1];
  unsigned depth = 0;
  skip_blanks(lexer);
  if (is_word(lexer->lookahead)) {
    if (read_word(lexer, word)) return true;
    if (strcmp(word, "egress") == 0 || strcmp(word, "ingress") == 0) return true;
  }
  while (!lexer->eof(lexer)) {
    switch (lexer->lookahead) {
      case '#': skip_comment(lexer); break;
      case '-':
        next(lexer);
        if (lexer->lookahead == '>') return true;
        break;
      case '\n':
        if (depth == 0) return false;
        skip_trivia(lexer);
        break;
      case '[':
      case '(':
        depth++;
        next(lexer);
        break;
      case ']':
      case ')':
        if (depth > 0) depth--;
        next(lexer);
        break;
      default: next(lexer);
    }
  }
  return false;
}

bool tree_sitter_netpol_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  (void)payload;
  bool recovering = valid[RECOVERING];
  if (valid[NO_VALUE] && !recovering) {
    lexer->mark_end(lexer);
    lexer->result_symbol = NO_VALUE;
    skip_blanks(lexer);
    return lexer->eof(lexer) || is_end_of_label(lexer->lookahead);
  }
  if (!valid[END]) return false;

  while (is_blank(lexer->lookahead)) lexer->advance(lexer, true);
  lexer->mark_end(lexer);
  lexer->result_symbol = END;
  if (lexer->eof(lexer) || lexer->lookahead == '}') return !recovering;
  if (lexer->lookahead != '\n') return false;

  next(lexer);
  lexer->mark_end(lexer);
  skip_trivia(lexer);
  if (lexer->eof(lexer) || lexer->lookahead == '}') return true;

  char word[WORD + 1];
  bool arrow = read_word(lexer, word);
  if (is_one_of(word, ALWAYS)) return false;
  if (recovering || arrow) return true;
  if (valid[MORE_NET] && strcmp(word, "except") == 0) return excepts_a_flow(lexer);
  if (valid[MORE_WORKLOAD] && is_option(lexer, word)) return false;
  return true;
}
