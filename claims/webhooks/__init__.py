"""What a webhook is sent: which events, in which words, how signed, and when again."""
