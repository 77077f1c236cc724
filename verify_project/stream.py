"""The process of the live stream: `python -m verify_project.stream --port 8100`. Any number of them may run.

It is small on purpose: of the site it loads the tables of the record, and none of its pages.
"""

import argparse
import asyncio
import os
import resource
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verify_project.settings")
os.environ["CLAIMDESK_PROCESS"] = "stream"  # before the settings are read: fewer parts, short limits

import django
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from verify_project import looking_for_rubbish

BACKLOG = 2048
FOR_OURSELVES = 64  # open files that are no streams
GRACE = 5  # seconds in which the streams take their end


class Protocol(HttpToolsProtocol):
    """Lets the application cut a connection whose client takes nothing."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["abort"] = self.transport.abort  # type: ignore[typeddict-unknown-key]  # ours


def main() -> int:
    """Serve until told to stop."""
    options = parse()
    django.setup()
    from claims.stream.application import LiveStream
    from verify_project.metrics.listening import WithMetrics

    looking_for_rubbish(every=20_000)

    stream = LiveStream(most=room_for_streams())

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: Any = None) -> None:
            """Our streams never end by themselves: end them, then do as ever."""
            if stream.hub is not None:
                stream.hub.close()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        WithMetrics(stream),
        host=options.host,
        port=options.port,
        http=Protocol,
        ws="none",
        lifespan="on",
        loop="asyncio",
        log_config=None,
        log_level="warning",
        access_log=False,
        backlog=BACKLOG,
        server_header=False,
        proxy_headers=False,  # nothing here asks by which scheme or from where; nobody is believed about it
        timeout_graceful_shutdown=GRACE,
    )
    server = Server(config)
    asyncio.run(server.serve())
    return 0 if server.started else 1


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m verify_project.stream", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    return parser.parse_args()


def room_for_streams() -> int:
    """How many streams this process may hold: as many as it may have files open, as far as it may raise that itself."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 1_000_000 if hard == resource.RLIM_INFINITY else hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most - FOR_OURSELVES


if __name__ == "__main__":
    sys.exit(main())
