"""Why a run on a cluster failed: every error of it, however deep the groups are that carried it."""

import traceback
from typing import Final, cast

from nexync_e2e.cluster.next_release import UnexpectedSourceError
from nexync_e2e.cluster.tools import ToolError

_SAID: Final = (ToolError, TimeoutError, ValueError, UnexpectedSourceError)
"""What says all there is to know in its text; anything else is told with its traceback."""


def leaves(error: BaseException) -> list[BaseException]:
    """The errors inside of groups, in their order; an error that is no group is its only leaf."""
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    inside = cast("BaseExceptionGroup[BaseException]", error).exceptions
    return [leaf for one in inside for leaf in leaves(one)]


def tell(error: BaseException) -> int:
    """Print a line for each leaf, with the traceback where nobody foresaw it; 1, the exit code."""
    for leaf in leaves(error):
        print(f"FAILED: {type(leaf).__name__}: {leaf}", flush=True)
        if not isinstance(leaf, _SAID):
            print("".join(traceback.format_exception(leaf)), flush=True)
    return 1
