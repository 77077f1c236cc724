"""The demo newsroom: invented people, outlets and articles, told through the same services as real ones."""
