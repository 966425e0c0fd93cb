"""Other people's forecasting libraries, run in an environment of their own."""
