"""
dbt, with what it tells as lines of JSON on standard output: name, level, message, node. dbt's own JSON would be made of every event of debugging,
too, and thrown away, which takes a twelfth of a build.
"""

import contextlib
import gc
import json
import logging
import sys
from threading import Lock

from dbt.cli.main import cli
from dbt_common.events.base_types import EventMsg

# what is parsed stays to the end: Python need not look through it for garbage at every turn
gc.set_threshold(200_000, 50, 100)
# a log that cannot be written is no reason to print where
logging.raiseExceptions = False


# events come from several threads
one_at_a_time = Lock()


def tell(event: EventMsg) -> None:
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


if __name__ == "__main__":
    cli(obj={"callbacks": [tell]})
