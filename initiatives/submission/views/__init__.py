"""The worker's pages: the steps to the receipt (`steps`, `documents`) and the door of their draft (`door`), the receipt
(`receipt`), asking for recognition (`recognition`), and following up (`record`)."""
