"""The shells that complete ``dlx``: what each has to run, and where that is put."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from itertools import pairwise
from pathlib import Path

from dlx.errors import UsageError, allowed
from dlx.files import writing
from dlx.language.messages import message

# Each gives the line up to the cursor to the program, and offers what comes back, a word and its meaning a line.
BASH = r"""# completion of dlx for bash
_dlx_completion() {
    local line=${COMP_LINE:0:COMP_POINT} word prefix= value
    word=${line##*[[:space:]]}
    [[ $word == *[=:]* ]] && prefix=${word%"${word##*[=:]}"}
    COMPREPLY=()
    while IFS=$'\t' read -r value _; do
        COMPREPLY+=("${value#"$prefix"}")
    done < <(_DLX_COMPLETE=$line "$1" 2>/dev/null)
    [[ ${COMPREPLY-} == *[=./\<] ]] && compopt -o nospace
}
complete -o default -o nosort -F _dlx_completion dlx
"""
ZSH = r"""#compdef dlx
# completion of dlx for zsh
_dlx() {
    local value meaning
    local -a values shown open open_shown
    while IFS=$'\t' read -r value meaning; do
        if [[ $value == *[=./\<] ]]; then
            open+=("$value") open_shown+=("$value")
        else
            values+=("$value") shown+=("$value${meaning:+  -- $meaning}")
        fi
    done < <(_DLX_COMPLETE=$LBUFFER $words[1] 2>/dev/null)
    if (( ${#values} + ${#open} )); then
        (( ${#open} )) && compadd -Q -S '' -d open_shown -a open
        (( ${#values} )) && compadd -Q -l -d shown -a values
    else
        _files
    fi
}
if [[ $funcstack[1] == _dlx ]]; then _dlx "$@"; else compdef _dlx dlx; fi
"""
FISH = r"""# completion of dlx for fish
function __dlx_complete
    set -l line (commandline -cp | string collect)
    set -l found (env _DLX_COMPLETE="$line" (commandline -opc)[1] 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c dlx -e
complete -c dlx -f -k -a '(__dlx_complete)'
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def shell_in_use() -> str:
    """The shell that stands behind the option, or else the one that dlx is called from.

    Raises:
        UsageError: it is none of those that complete.
    """
    named = next((word for option, word in pairwise(sys.argv) if option.endswith("-completion")), None)
    if named is not None:
        if named not in SCRIPTS:
            raise UsageError(f"no completion for the shell {named} {allowed(named, list(SCRIPTS))}")
        return named
    try:
        name = str(import_module("shellingham").detect_shell()[0])  # which Typer brings
    except Exception:  # whatever it is that it cannot find out here
        name = Path(os.environ.get("SHELL", "")).name
    if name not in SCRIPTS:
        raise UsageError(f"no completion for the shell {name or '(unknown)'} {allowed(name, list(SCRIPTS))}")
    return name


def install(shell: str, home: Path) -> Path:
    """Put the script where the shell reads it, and have it read; returns where.

    What is there already is written anew, and the start-up file of the shell gets its line once.
    """
    if shell == "fish":
        return _write(home / ".config" / "fish" / "completions" / "dlx.fish", FISH)
    if shell == "zsh":
        path = _write(home / ".zfunc" / "_dlx", ZSH)
        _add_line(home / ".zshrc", "fpath+=~/.zfunc; autoload -Uz compinit; compinit")
        return path
    path = _write(home / ".bash_completions" / "dlx.sh", BASH)
    _add_line(home / ".bashrc", "source ~/.bash_completions/dlx.sh")
    return path


def _write(path: Path, text: str) -> Path:
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path


def _add_line(path: Path, line: str) -> None:
    with writing(path):
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if line not in text.splitlines():
            path.write_text(f"{text.rstrip()}\n\n{line}\n".lstrip(), encoding="utf-8")


def show() -> None:
    """Print the script of the shell in use."""
    sys.stdout.write(SCRIPTS[shell_in_use()])


def set_up() -> None:
    """Install it for the shell in use."""
    shell = shell_in_use()
    print(message(f"{install(shell, Path.home())}: {shell} completes dlx from its next start on"))
