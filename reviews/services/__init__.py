"""What changes the work: assigning, reviewing, deciding. Each step goes through the claim's own lock and writer."""
