/* Parses every file named on standard input with tree-sitter's Elixir grammar, built as its package builds it, and walks each tree
 * once, on one thread, each file's best of three rounds. Prints bytes, nanoseconds of processor time, and files whose tree has an
 * error. The peer of bench_stages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tree_sitter/api.h>

const TSLanguage *tree_sitter_elixir(void);

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static unsigned long walk(TSNode root) {
  unsigned long nodes = 0;
  TSTreeCursor cursor = ts_tree_cursor_new(root);
  for (;;) {
    ++nodes;
    if (ts_tree_cursor_goto_first_child(&cursor)) continue;
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      if (!ts_tree_cursor_goto_parent(&cursor)) {
        ts_tree_cursor_delete(&cursor);
        return nodes;
      }
    }
  }
}

int main(void) {
  char path[4096];
  long long bytes = 0, spent = 0, errors = 0, nodes = 0;
  TSParser *parser = ts_parser_new();
  if (!ts_parser_set_language(parser, tree_sitter_elixir())) return 2;
  while (fgets(path, sizeof path, stdin)) {
    path[strcspn(path, "\n")] = 0;
    FILE *in = fopen(path, "rb");
    if (!in) return 2;
    fseek(in, 0, SEEK_END);
    long size = ftell(in);
    rewind(in);
    char *text = malloc((size_t)size + 1);
    if (!text || fread(text, 1, (size_t)size, in) != (size_t)size) return 2;
    fclose(in);
    long long best = 0;
    for (int round = 0; round < 3; ++round) {
      long long start = now();
      TSTree *tree = ts_parser_parse_string(parser, NULL, text, (uint32_t)size);
      nodes += (long long)walk(ts_tree_root_node(tree));
      long long took = now() - start;
      if (round == 0 || took < best) best = took;
      if (round == 0) errors += ts_node_has_error(ts_tree_root_node(tree));
      ts_tree_delete(tree);
    }
    spent += best;
    bytes += size;
    free(text);
  }
  printf("%lld %lld %lld %lld\n", bytes, spent, errors, nodes);
  return 0;
}
