"""Tests of the site: what its pages say, what they rest on, and how they behave in a browser."""
