"""Pull through cache: its rules, the upstream registries, and the pulls."""
