"""Wire formats and clients of responders; knows neither Home Assistant nor the rules."""
