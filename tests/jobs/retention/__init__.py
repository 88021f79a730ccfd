"""Tests of retention: graphs of images, plans, and how they are applied."""
