"""Replication: rules, copies and backfills."""
