"""Where networks come in: weights, sites, interchange."""
