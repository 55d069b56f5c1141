"""How help looks: usage, what the command does, its arguments and options, and examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from dlx.cli.commands import EXAMPLES
from dlx.cli.quiet import without_quiet
from dlx.language import translated

WIDEST = 100  # columns; longer lines are hard to read
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": WIDEST}


class _Help:
    """Help that names arguments as people speak of them, and ends with examples."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        write_usage(self, ctx, formatter)

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        write_paragraphs(self, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        write_parameters(self, ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        write_examples(ctx, formatter)


class Command(_Help, TyperCommand):
    """A command with that help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args if has_quiet(self) else without_quiet(args))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return usage_pieces(self, ctx)


class CommandGroup(_Help, TyperGroup):
    """A command with commands of its own, likewise."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        is_alone = self.invoke_without_command and not {*self.commands} & {*args}
        return super().parse_args(ctx, without_quiet(args) if is_alone else args)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        if args[0] not in self.commands and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise import_module("dlx.cli.usage").no_command(args[0], tuple(self.commands), command_words(ctx))
        return super().resolve_command(ctx, args)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        command = "[COMMAND …]" if self.invoke_without_command else "COMMAND …"
        return [*usage_pieces(self, ctx), command]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        rows = [(name, translated(summary(command))) for name, command in self.commands.items()]
        write_rows("Commands", rows, formatter)


class Commands(typer.Typer):
    """A Typer whose commands have that help."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"cls": CommandGroup, "add_completion": False, "rich_markup_mode": None, **settings})

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:
        """The decorator of a command."""
        return super().command(name, **{"cls": Command, **settings})


def has_quiet(command: Any) -> bool:
    """Whether ``-q`` says something of its own there."""
    return any("--quiet" in parameter.opts for parameter in command.params)


def usage_pieces(command: Any, ctx: Any) -> list[str]:
    """What stands behind the command, as ``[OPTIONS] RUN [KEY=VALUE …]``."""
    names = [
        (argument_name(parameter), parameter.required)
        for parameter in command.get_params(ctx)
        if isinstance(parameter, TyperArgument) and not parameter.hidden
    ]
    first = any(name.startswith("[") for name, _ in names)  # that may be left out, in front of one that may not
    return ["[OPTIONS]", *(name if required or first else f"[{name}]" for name, required in names)]


def argument_name(argument: Any) -> str:
    """Such as ``SPEC``, or ``KEY=VALUE …`` where there may be several."""
    name = argument.metavar or argument.name.upper()
    return f"{name} …" if argument.nargs != 1 and "…" not in name else str(name)


def write_usage(command: Any, ctx: Any, formatter: Any) -> None:
    """The line that says how the command is typed."""
    pieces = map(translated, command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, " ".join(pieces), f"{translated('Usage:')} ")


def paragraphs(command: Any) -> list[str]:
    """What the help of a command says of it, each paragraph in one line."""
    return [" ".join(text.split()) for text in (command.help or "").split("\n\n") if text.strip()]


def write_paragraphs(command: Any, formatter: Any) -> None:
    """The same, wrapped."""
    write = formatter.write_text  # on the page of help, which is no file
    if command.help:
        formatter.write_paragraph()
        with formatter.indentation():
            write("\n\n".join(map(translated, paragraphs(command))))


def write_parameters(command: Any, ctx: Any, formatter: Any) -> None:
    """The arguments and options, a row each."""
    arguments, options = [], []
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is None:
            continue
        if isinstance(parameter, TyperArgument):
            arguments.append((argument_name(parameter), translated(parameter.help or "")))
        else:
            options.append(_in_language(parameter, *record))
    if not has_quiet(command) and isinstance(command, Command):
        options.insert(-1, ("-q, --quiet", translated("Say nothing but the result.")))
    write_rows("Arguments", arguments, formatter)
    write_rows("Options", options, formatter)


def _in_language(option: Any, name: str, text: str) -> tuple[str, str]:
    """The row of an option: what it does, and in brackets its default and bounds."""
    words = str(option.help or "")
    return name, f"{translated(words)}{translated(text.removeprefix(words))}"


def write_examples(ctx: Any, formatter: Any) -> None:
    """The examples of the command, as they are typed: no line is broken."""
    path = command_words(ctx)
    if path in EXAMPLES:
        with formatter.section(translated("Examples")):
            for example in EXAMPLES[path]:
                formatter.write(f"{'':{formatter.current_indent}}{example}\n")


def command_words(ctx: Any) -> str:
    """The words of the command behind ``dlx``, such as ``config show``."""
    words: list[str] = []
    while ctx.parent is not None:
        words.insert(0, str(ctx.info_name))
        ctx = ctx.parent
    return " ".join(words)


def write_rows(title: str, rows: Sequence[tuple[str, str]], formatter: Any, width: int = 0) -> None:
    """A section of rows, if there are any; ``width`` is that of the first column at least."""
    if rows:
        with formatter.section(translated(title)):
            formatter.write_dl([(f"{name:<{width}}", text) for name, text in rows])


def summary(command: Any) -> str:
    """What a command does, whole: the first paragraph of its help."""
    return next(iter(paragraphs(command)), "")
