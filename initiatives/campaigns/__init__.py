"""When a campaign takes initiatives, from whom, who helps, and what hangs on the wall. May import models and below."""
