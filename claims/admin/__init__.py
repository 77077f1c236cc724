"""The record in the admin: what it is, found and read; written only through services."""

from claims.admin import articles, library, operations, setup, webhooks

__all__ = ["articles", "library", "operations", "setup", "webhooks"]
