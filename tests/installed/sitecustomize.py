"""Keeps from a process what only the tools of development bring, as it is where the product is installed alone.

The product's libraries load these where they find them, which is a tenth of a start. Python runs this file first in
every process whose `PYTHONPATH` names its folder.
"""

import sys

NOT_INSTALLED = ("anyio", "jinja2", "opentelemetry", "pygments", "requests", "rich")
sys.modules.update(dict.fromkeys(NOT_INSTALLED))  # type: ignore[arg-type]  # None: there is no such module
