"""
dbt as every command of the project runs it. With --told first, what it tells comes as lines of JSON on standard output: name, level, message, node.
dbt's own JSON would be made of every event of debugging, too, and thrown away, which takes a twelfth of a build.
"""

import contextlib
import gc
import json
import logging
import sys
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbt_common.events.base_types import EventMsg

TOLD = "--told"
# events come from several threads
one_at_a_time = Lock()


def tell(event: "EventMsg") -> None:
    """One line of an event, where it is more than debugging."""
    if event.info.level != "debug":
        node = getattr(event.data, "node_info", None)
        told = {
            "name": event.info.name,
            "level": event.info.level,
            "message": event.info.msg,
            "node": node.node_name if node else "",
        }
        # where nobody reads any more, since who began the build was killed, it goes on to its end
        with one_at_a_time, contextlib.suppress(OSError):
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()


def main() -> None:
    """Run dbt's command line."""
    # what is read of the project stays to the end: Python need not look through it for garbage at every turn
    gc.set_threshold(200_000, 50, 100)
    # a log that cannot be written is no reason to print where
    logging.raiseExceptions = False
    from dbt.cli.main import cli

    callbacks = []
    if sys.argv[1:2] == [TOLD]:
        del sys.argv[1]
        callbacks.append(tell)
    cli(obj={"callbacks": callbacks})


if __name__ == "__main__":
    main()
