"""What was asked of the database, in full words."""

from django.db import connection
from django.test.utils import CaptureQueriesContext


def words_of(asked: CaptureQueriesContext) -> list[str]:
    """The statements that were sent; of one that was asked by its name, what was prepared under it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, statement FROM pg_prepared_statements")
        prepared = {name: statement.partition(" AS ")[2] for name, statement in cursor.fetchall()}
    sent = [str(query["sql"]) for query in asked.captured_queries]
    return [prepared.get(words.removeprefix("EXECUTE ").partition("(")[0], words) for words in sent]
