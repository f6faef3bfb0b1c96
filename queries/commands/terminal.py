"""What all commands share: where text goes, and how a run ends."""

import inspect
import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Final, Literal, NoReturn

import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup
from typer.exceptions import TyperException

from queries.commands.stdout import guard_stdout
from queries.commands.stopping import exit_code_of, handle_signals, signal_of
from queries.commands.streams import open_closed_streams, silence
from queries.core.address import holds_login
from queries.core.log import logger
from queries.core.packages import lacking, not_installed
from queries.core.text import printable
from queries.core.wording import shell_wording
from queries.errors import NeurongraphError, OutputError

HELP: Final = ["-h", "--help"]
"""The options that print the help of a command."""

_MEANT: Final = "did you mean"
_WORDS: Final = "neurongraph.words"
"""Where the words of a command line are kept."""

_OF_PYDANTIC: Final = "Value error, "
"""What Pydantic, by which Typer reads values, writes before the reason."""

_NOBODY_READS: Final = 141
"""Exit code of a run whose result nobody reads to its end, as of one that SIGPIPE has ended. With
it `| head` is no failure to a shell that looks at the last command alone, and tells one that looks
at all of them (pipefail) that not all was written."""


class Commands(TyperGroup):
    """A group of commands that ends on our errors, Ctrl-C and signals with one line.

    Its option --log-level is an option of each command as well, and --import of those that may
    open a model file.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        shared = {option.name: option for option in self.params}
        for command in self.commands.values():
            names = {parameter.name for parameter in command.params}
            taken = ("log_level", "modules") if "model" in names else ("log_level",)
            command.params += [shared[name] for name in taken if name in shared]
            # It makes the option --help, and keeps it.
            _without_types(command.get_params(typer.Context(command, help_option_names=HELP)))
        for command in (self, *self.commands.values()):
            command.help = _reflowed(command.help or "")

    def get_params(self, ctx: Any) -> Any:
        """Return the options, those of completion among them, which are added late."""
        return _without_types(super().get_params(ctx))

    def main(self, *args: Any, **settings: Any) -> Any:
        """Run the command line until all is written."""
        try:
            try:
                with shell_wording():
                    return super().main(*args, **settings)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            # Nobody reads on.
            sys.exit(1)
        except NeurongraphError as error:
            # The end of the help or of a result could not be written.
            _print_error(str(error))
            sys.exit(1)

    def make_context(self, info_name: Any, args: list[str], *more: Any, **settings: Any) -> Any:
        """Read the options that stand before the command."""
        words = list(args)
        with _usage_errors():
            try:
                ctx = super().make_context(info_name, args, *more, **settings)
            except TyperException as error:
                from queries.commands.elsewhere import behind_command

                unknown = getattr(error, "option_name", "")
                error.message += behind_command(unknown, self.commands.values())
                raise
        ctx.meta[_WORDS] = words
        return ctx

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that was asked for; the name of a query or a plot is none."""
        try:
            return super().resolve_command(ctx, args)
        except TyperException as error:
            from queries.commands.elsewhere import as_command

            if meant := as_command(args[0]):
                error.message = f"No such command '{args[0]}'{meant}"
            raise

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        words = ctx.meta[_WORDS]
        try:
            with _usage_errors():
                return super().invoke(ctx)
        except TyperException as error:
            error.message += self._misplaced(words)
            raise
        except NeurongraphError as error:
            fail(f"{error}{self._misplaced(words) if _MEANT not in str(error) else ''}")
        except ModuleNotFoundError as error:
            if (package := lacking(error)) is None:
                raise
            what = "this needs a package that cannot be imported"
            fail(str(not_installed(what, [package], error)))
        except KeyboardInterrupt as interrupt:
            interrupted(interrupt)

    def _misplaced(self, words: Sequence[str]) -> str:
        """Say what was meant where a graph stands in the place of another word."""
        from queries.commands.misplaced import with_graph_in_place

        at = next((at for at, word in enumerate(words) if word in self.commands), None)
        if at is None:
            return ""
        line = with_graph_in_place(words[at:], self.commands[words[at]])
        return "" if line is None else f"; {_MEANT}: {line}"


def _without_types(parameters: Sequence[Any]) -> Sequence[Any]:
    """Let the help show no type of flags, which take no value, and of arguments, which have names.

    Else it shows Python's, such as ``<bool>`` and ``<list[str]>``.
    """
    for parameter in parameters:
        if parameter.param_type_name == "argument":
            parameter.display_type_rich = lambda **_: ""
        elif parameter.is_flag and parameter.metavar is None:
            parameter.metavar = ""
    return parameters


@contextmanager
def _usage_errors() -> Iterator[None]:
    """Let no usage error repeat what may be an address; it names words that it does not know."""
    try:
        yield
    except TyperException as error:
        error.message = error.message.removeprefix(_OF_PYDANTIC)
        if holds_login(error.message):
            error.message = "a word that may be an address stands where none is taken"
        raise


def _set_log_level(ctx: typer.Context, level: str | None) -> str | None:
    """Show records of the level that was given before or behind the command."""
    if level is not None or ctx.parent is None:
        show_records((level or "warning").upper())
    return level


def show_records(level: str) -> None:
    """Show on stderr what is logged at a level, such as ``WARNING``, and above.

    Of the driver of Neo4j no more than its warnings are shown: that a transaction failed, and is
    tried again. Its other records are the protocol.
    """
    for each, least in ((logger, level), (_DRIVER, max(level, "WARNING", key=_number))):
        each.addHandler(_TO_STDERR)
        each.setLevel(least)


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level]


LogLevelOption = Annotated[
    Literal["debug", "info", "warning", "error"] | None,
    typer.Option(
        "--log-level",
        callback=_set_log_level,
        expose_value=False,
        metavar="LEVEL",
        show_default="warning",
        help="What to tell on stderr: debug, info, warning or error; debug shows each Cypher "
        "statement.",
    ),
]


_DRIVER: Final = logging.getLogger("neo4j")
"""The logger of Neo4j's driver, which Python would print by itself if nobody did."""


class _ToStderr(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say(printable(self.format(record)), "dim")


_TO_STDERR: Final = _ToStderr()
_TO_STDERR.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))


def _reflowed(text: str) -> str:
    """Make each paragraph one line, since Typer breaks lines where the source does."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(paragraph.replace("\n", " ") for paragraph in paragraphs)


def fail(message: str) -> NoReturn:
    """Print an error as one line and end the run with exit code 1.

    Parameters
    ----------
    message
        What is wrong, and what to do about it.
    """
    _print_error(message)
    raise typer.Exit(1)


def _print_error(message: str) -> None:
    line = " ".join(part.strip() for part in message.splitlines())
    _print(Text.assemble(("Error: ", "bold red"), printable(line)))


def interrupted(interrupt: KeyboardInterrupt, state: str = "") -> NoReturn:
    """Say in one line that a run was interrupted, and end it with the exit code that tells of it.

    Parameters
    ----------
    interrupt
        What ended it.
    state
        What is left, and how to go on.
    """
    number = signal_of(interrupt)
    how = "Interrupted" if number == signal.SIGINT else f"Interrupted by {number.name}"
    say(f"{how}. {state}".rstrip())
    raise typer.Exit(exit_code_of(interrupt)) from interrupt


@contextmanager
def whole_run() -> Iterator[None]:
    """Run a command line: take signals, and end with the exit codes that shells expect."""
    open_closed_streams()
    guard_stdout()
    with handle_signals():
        try:
            yield
        except KeyboardInterrupt as interrupt:
            # It came while the command was ending by itself.
            sys.exit(exit_code_of(interrupt))
        except SystemExit as ended:
            _set_exit_code(ended)
            raise


def _set_exit_code(ended: SystemExit) -> None:
    """Give a run that was cut short the exit code that says by what; Typer says 1 or 130."""
    cause: BaseException | None = ended
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt) and ended.code:
            ended.code = exit_code_of(cause)
        if isinstance(cause, BrokenPipeError) and ended.code == 1:
            ended.code = _NOBODY_READS
            # Else the rest is written at exit, which fails again.
            silence(1)
        cause = cause.__cause__ or cause.__context__


def say(message: str, style: str = "") -> None:
    """Print a message that is no result: it goes to stderr.

    Parameters
    ----------
    message
        The text; long lines are left to the terminal, so that they can be copied whole.
    style
        A Rich style.
    """
    # A path may have control characters in it, and a statement has lines.
    _print(Text("\n".join(map(printable, message.split("\n"))), style))


def echo(message: str) -> None:
    """Print a line of a result to stdout, its control characters escaped.

    Parameters
    ----------
    message
        The line.
    """
    typer.echo(printable(message))


@contextmanager
def reporting(done: str) -> Iterator[None]:
    """Print what was done; where stdout takes nothing, say that it was done all the same.

    Parameters
    ----------
    done
        What was done, as the end of a sentence.
    """
    try:
        yield
    except OutputError as error:
        fail(f"{error}; {done} all the same")


def confirmed(question: str) -> bool:
    """Ask on stderr, and tell whether the answer is yes; the end of stdin is a no.

    Parameters
    ----------
    question
        What is asked.
    """
    # typer.confirm writes a space to stdout.
    sys.stderr.write(f"{printable(question)} [y/N] ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):
        sys.stderr.write("\n")
    return answer.strip().lower() in {"y", "yes"}


def _print(text: Text) -> None:
    # A terminal that was closed, or a pipe that nobody reads, is no reason to end the work.
    try:
        _Messages(stderr=True).print(text, soft_wrap=True)
    except OSError:
        silence(2)


class _Messages(Console):
    def on_broken_pipe(self) -> None:
        """Go on without messages; Rich would silence stdout, and end the run."""
        silence(2)


def examples(*lines: str) -> str:
    """Return the end of a command's help: examples that can be pasted.

    Parameters
    ----------
    *lines
        Command lines.
    """
    # Square brackets would be read as Rich markup.
    return "\n".join(("Examples:", *lines)).replace("[", "\\[")
