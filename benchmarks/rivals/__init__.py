"""The forecasting benchmark: every model in a process of its own, one score for all."""
