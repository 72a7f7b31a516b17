"""What ALE shows of examples/shop in Vim and in Neovim, with the lines of docs/editors.md and no others, beside what
`beamwright check` says of it; and that what was mended is shown no more.

Usage: ale_test.py BEAMWRIGHT REPOSITORY
Exits with 77 where ALE or both editors are missing.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
ALE = pathlib.Path("/usr/share/vim-ale")  # Debian's package
EDITORS = {"vim": ["vim", "-N", "-es"], "nvim": ["nvim", "--headless"]}
SCRIPT = """set hidden nomore
function! Shown() abort
  return map(copy(ale#engine#GetLoclist(bufnr(''))), {{_, each -> {{'line': each.lnum, 'code': get(each, 'code', ''), 'message': each.text}}}})
endfunction
function! Wait(what) abort
  for _ in range(600)
    if eval(a:what) | return 1 | endif
    sleep 50m
  endfor
endfunction
let seen = {{}}
for file in {files}
  execute 'edit' fnameescape(file)
  call Wait('!empty(Shown())')
  let seen[file] = Shown()
endfor
silent %delete _
doautocmd TextChanged
call Wait('len(Shown()) < ' . len(seen[file]))
let seen['left'] = len(Shown())
call writefile([json_encode(seen)], 'seen.json')
qall!
"""


def look(command, binary, root, files, settings):
    (root / "vimrc").write_text(f"filetype plugin on\n{settings}")
    (root / "session.vim").write_text(SCRIPT.format(files=json.dumps(files)))
    environment = {**os.environ, "PATH": f"{root / 'bin'}:{os.environ['PATH']}", "HOME": str(root), "XDG_CACHE_HOME": str(root)}
    done = subprocess.run([*command, "-n", "-u", str(root / "vimrc"), "-S", str(root / "session.vim")], cwd=root, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240)
    seen = root / "seen.json"
    if not seen.exists():
        sys.exit(f"{command[0]} wrote nothing: {done.stdout}{done.stderr}")
    return json.loads(seen.read_text())


def main():
    binary, repository = os.path.abspath(os.environ.get("BEAMWRIGHT") or sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    editors = [name for name in EDITORS if shutil.which(name)]
    if not ALE.is_dir() or not editors:
        print("skipped: Debian's vim-ale is not installed, or neither Vim nor Neovim is")
        sys.exit(SKIPPED)
    settings = re.search(r"```vim\n(.*?)```", (repository / "docs" / "editors.md").read_text(), re.S)[1]
    for editor in editors:
        with tempfile.TemporaryDirectory(prefix="beamwright-ale-") as folder:
            root = pathlib.Path(folder).resolve()
            shutil.copytree(repository / "examples" / "shop", root, dirs_exist_ok=True)
            (root / ".git").mkdir()
            (root / "bin").mkdir()
            (root / "bin" / "beamwright").symlink_to(binary)
            checked = json.loads(subprocess.run([binary, "check", "--format", "json", str(root)], capture_output=True, text=True).stdout)
            by_file = {}
            for finding in checked["findings"]:
                by_file.setdefault(finding["file"], []).append((finding["line"], finding["rule"], finding["message"]))
            # One of each language, those with the most to show.
            files = [max((name for name in by_file if name.endswith(end)), key=lambda name: (len(by_file[name]), name)) for end in (".erl", ".ex")]
            seen = look(EDITORS[editor], binary, root, files, settings)
            for file in files:
                shown = sorted((row["line"], row["code"], row["message"]) for row in seen[file])
                if shown != sorted(by_file[file]):
                    sys.exit(f"{editor} shows\n{shown}\nand check\n{sorted(by_file[file])}")
            if seen["left"] >= len(by_file[files[-1]]):
                sys.exit(f"{editor} shows what is no longer there: {seen['left']} of {len(by_file[files[-1]])}")
            print(f"{editor}: ALE shows {', '.join(f'the {len(by_file[file])} findings of {file}' for file in files)}, and {seen['left']} when the file is emptied")


if __name__ == "__main__":
    main()
