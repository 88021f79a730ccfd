"""What policies allow and deny: those of repositories, of registries and of principals."""
