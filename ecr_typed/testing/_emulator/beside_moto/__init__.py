"""moto beside the emulator: other services, and what ECR looks up there. Needs the extra `moto`."""
