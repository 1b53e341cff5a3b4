"""From the first tap to the receipt, and what the sender may do afterwards. May import lifecycle, campaigns and below."""
