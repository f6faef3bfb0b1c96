"""The help of a command behind the name of what it runs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand

from queries.commands.misplaced import argument_places

if TYPE_CHECKING:
    from queries.library.declaration import Declaration


class NamedHelp(TyperCommand):
    """A command whose help, behind the name of a query, a plot or an export, says what that is."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words; where help on something named is asked for, give it, and end the run."""
        if not ctx.resilient_parsing and any(word in ctx.help_option_names for word in args):
            line = [str(ctx.info_name), *args]
            name = next((line[at] for at in argument_places(line, self)), "")
            if declaration := _declared(line[0]).get(name):
                from queries.commands.description import print_description, print_options_hint

                print_description(declaration)
                print_options_hint(declaration.kind)
                ctx.exit()
        return super().parse_args(ctx, args)


def _declared(command: str) -> "Mapping[str, Declaration]":
    """Return what a command runs, by the word that names it there."""
    from queries.library import exports, plots, queries

    if command == "query":
        return queries.queries()
    if command == "plot":
        return plots.plots()
    return {"circuit": exports.export("export_circuit")}
