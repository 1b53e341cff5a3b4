"""The worker's pages: the steps to the receipt (`steps`, `documents`), the receipt (`receipt`), and following up (`record`)."""
