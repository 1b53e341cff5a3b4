"""The worker's pages: the steps to the receipt (`steps`), the receipt (`receipt`), and following up (`record`)."""
