"""Tests of the exchange room; ``material`` invents the files they read."""
