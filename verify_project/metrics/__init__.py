"""`/metrics` for Prometheus: requests as they were answered, and the state of the work as rows tell it.

Labels are names of ours (a route, a kind of flag), never anything that a request brought, and no person's name.
"""
