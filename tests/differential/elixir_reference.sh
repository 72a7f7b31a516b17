#!/bin/sh
# Compiles the tokenizer and parser of another Elixir version under names of their own, so that elixir_compare.exs can hold
# Beamwright to versions that are not installed: elixir_reference.sh ELIXIR_SOURCE/lib/elixir/src OUT_DIR
set -eu
from=$1
to=$2
mkdir -p "$to"
for file in elixir_tokenizer.erl elixir_interpolation.erl elixir_parser.yrl elixir_tokenizer.hrl elixir.hrl; do
  case $file in
    *.hrl) name=$file ;;
    *) name=reference_${file#elixir_} ;;
  esac
  sed -e 's/elixir_tokenizer/reference_tokenizer/g' -e 's/reference_tokenizer\.hrl/elixir_tokenizer.hrl/g' \
      -e 's/elixir_errors:prefix(hint)/"hint:"/g' -e 's/elixir_interpolation/reference_interpolation/g' "$from/$file" > "$to/$name"
done
cd "$to"
erlc reference_parser.yrl > /dev/null
erlc +nowarn_unused_function reference_parser.erl reference_tokenizer.erl reference_interpolation.erl
