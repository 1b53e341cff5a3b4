"""House rules, asked of every file and every address there is, so that they hold for those not yet written."""
