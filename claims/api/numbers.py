"""Numbers in addresses: those that a row can have. Anything longer is no address of ours."""

from django.urls import register_converter


class NumberConverter:
    """1 to 18 digits without a leading zero: always fits the column."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """The number as text."""
        return str(value)


register_converter(NumberConverter, "number")
