"""Whether the broker answers. No page asks; `/readyz` does, and waits no longer than a second."""

PATIENCE = 1.0  # seconds to connect, and again for the answer


def broker_answers(url: str) -> bool:
    """Whether somebody who speaks as Redis does answers at this address of Celery's."""
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    try:
        with redis.Redis.from_url(
            address(url), socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        ) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def address(url: str) -> str:
    """Celery's address of a broker as its client takes it: a socket is written otherwise, and options are Celery's."""
    return url.partition("?")[0].replace("redis+socket://", "unix://", 1)
