"""What an editor sees of the work: defined numbers, the lists behind them, and the pages that show both."""
