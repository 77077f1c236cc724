"""What gunicorn is told wherever it is started from this directory.

It would believe whoever connects from this machine which scheme and which prefix a request came by, and refuse one
whose headers contradict each other about it. Whether there is a proxy to believe is said once, with BEHIND_PROXY, and
the application itself reads what that says.
"""

forwarded_allow_ips = ""
