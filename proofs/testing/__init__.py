"""Help for tests: strategies, and the plugins for pytest and hypothesis."""
