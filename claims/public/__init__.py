"""What everybody may read: published verdicts as pages, feeds and data. Nobody signs in, nothing is set or counted."""
