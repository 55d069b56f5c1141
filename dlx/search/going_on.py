"""Going on: whatever stops a search, what it has reached is saved, and the message names the command that goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from dlx.errors import EnvironmentProblem, Interrupted
from dlx.words import Status


@contextmanager
def saving_what_is_reached(
    again: str, save: Callable[[Status], object] = lambda status: None, incomplete: Status = Status.INCOMPLETE
) -> Iterator[None]:
    """Inside a generator of events: saves with the status of the end where it is stopped, left or fails.

    Args:
        again: the command that goes on from here.
        save: writes what there is, with a status.
        incomplete: the status where trainings were lost, or cannot be written.
    """
    try:
        yield
    except Interrupted as stop:
        save(Status.INTERRUPTED)
        raise Interrupted(stop.exit_code - 128, f"interrupted: {again} goes on from here") from None
    except GeneratorExit:
        with suppress(EnvironmentProblem):
            save(Status.INTERRUPTED)
        raise
    except EnvironmentProblem as error:
        with suppress(EnvironmentProblem):  # a full disk, say
            save(incomplete)
        raise EnvironmentProblem(f"{error}; {again} goes on from here") from error
