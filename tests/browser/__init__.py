"""Tests in browsers. This folder is a package because pytest ends `scope="package"` only at the end of a package."""
